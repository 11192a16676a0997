"""How far a voxel is to be trusted after artefact reduction, by how many of its rays crossed metal."""

import numpy as np

from hemipelvis.arrays import Array

DOUBTFUL = 0.12
"""Share of a voxel's rays through metal at which its variance after artefact reduction has doubled (two simulated
sacra: 20 HU without metal, 25 to 50 HU at 0.15 to 0.2, 40 to 60 at 0.25, 40 to 80 at 0.5)."""
CONTRAST_HU, NOISE_HU = 250.0, 23.0
"""Of bone, cortex and marrow together, against the soft tissue beside it; and of an undisturbed voxel."""


def voxel_trust(crossed: Array) -> Array:
    """Inverse variance of voxels relative to undisturbed ones, 0 to 1. crossed: share of their rays through metal."""
    return np.asarray(1 / (1 + (np.asarray(crossed) / DOUBTFUL) ** 2))


def seen_odds(crossed: Array) -> Array:
    """Natural log odds that bone or soft tissue is what it looks like: of two normal distributions so far apart.

    They are d²/2 for means d standard deviations apart: 60 where no ray crossed metal, 1 where nearly all did, which
    is what labels drawn from two simulated patients are worth (right in 73 % at 0.75 to 1, in 90 % at 0.5 to 0.75).
    """
    return (CONTRAST_HU / NOISE_HU) ** 2 / 2 * voxel_trust(crossed)
