"""Where metal is rod-like: principal axes of the metal in a sliding Gaussian window."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage as ndi

from hemipelvis.arrays import Array, Points
from hemipelvis.volume import Volume

WINDOW_MM = 3.0
"""Standard deviation of the window: longer than a screw is thick, shorter than the way to its neighbours."""
ELONGATED_MM2 = 3.6
"""Least variance along the axis: a piece of 6.5 mm in a wide window has 3.5 mm² (length² / 12)."""
SLENDER = 0.6
"""Largest variance across over variance along: a plate has 1, a long 6.5 mm rod 0.35, a 9 mm one 0.55."""


@dataclass(frozen=True)
class RodSeeds:
    """points (n, 3) near axes, directions (n, 3), the most slender surroundings first."""

    points: Points
    directions: Array


def rod_seeds(soft: Volume) -> RodSeeds:
    """Points of a soft metal volume (cubic voxels) that lie in slender surroundings, snapped to the local centroid."""
    at = np.argwhere(soft.voxels > 0.5)
    if not len(at):
        return RodSeeds(np.zeros((0, 3)), np.zeros((0, 3)))
    mean, covariance = _moments(soft, at)
    values, vectors = np.linalg.eigh(covariance)
    slender = values[:, 1] / np.maximum(values[:, 2], 1e-9)
    off = np.linalg.norm(mean - soft.world_from_index(at[:, ::-1]), axis=1)
    good = np.flatnonzero((slender < SLENDER) & (values[:, 2] > ELONGATED_MM2) & (off < 1.5))
    good = good[np.argsort(slender[good], kind="stable")]
    return RodSeeds(mean[good], vectors[good][:, :, 2])


def _moments(soft: Volume, at: Array) -> tuple[Points, Array]:
    """Window mean (n, 3) and covariance (n, 3, 3) of metal at voxels at (n, 3: z, y, x), in mm."""
    weight = np.where(soft.voxels > 0.5, soft.voxels, 0).astype(np.float32)
    position = [(soft.spacing[a] * (np.arange(n) - n / 2)).astype(np.float32) for a, n in enumerate(soft.size)]
    grid = [position[0][None, None, :], position[1][None, :, None], position[2][:, None, None]]
    sigma = WINDOW_MM / np.array(soft.sampling)
    index = tuple(at.T)

    def window(values: Array) -> Array:
        smooth = ndi.gaussian_filter(values, sigma, mode="constant", truncate=3.0)
        return np.asarray(smooth[index], np.float64)

    mass = np.maximum(window(weight), 1e-6)
    first = np.stack([window(weight * g) / mass for g in grid], axis=-1)
    second = np.empty((len(at), 3, 3))
    for a in range(3):
        for b in range(a, 3):
            second[:, a, b] = second[:, b, a] = window(weight * grid[a] * grid[b]) / mass
    centre = soft.world_from_index(soft.size / 2)
    return first + centre, second - first[:, :, None] * first[:, None, :]
