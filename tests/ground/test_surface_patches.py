"""Patches of a sampled surface: the same whichever diagonals its cells are cut along."""

import numpy as np
from scipy.spatial import KDTree

from hemipelvis.surface_patches import surface_patches
from hemipelvis.volume import Volume


def noise() -> Volume:
    """Values of every kind of cell: pure noise, framed by outside nodes."""
    values = np.full((14, 15, 16), 1, np.float32)
    values[1:-1, 1:-1, 1:-1] = np.random.default_rng(3).normal(size=(12, 13, 14))
    return Volume(values, np.full(3, 0.5), np.array([-30.0, 20.0, -50.0]))


def test_a_mirrored_solid_has_the_mirrored_patches() -> None:
    values = noise()
    there = surface_patches(values.like(values.voxels[:, :, ::-1].copy()))
    here, middle = surface_patches(values), (values.origin + values.upper) / 2
    for a, b in ((here.middles, there.middles), (here.rims, there.rims)):
        away, at = KDTree(b).query((a - middle) * [-1, 1, 1] + middle)
        assert len(a) == len(b) and away.max() < 1e-9 and len(np.unique(at)) == len(b)


def test_area_vectors_of_a_closed_surface_cancel() -> None:
    assert np.abs(surface_patches(noise()).areas.sum(axis=0)).max() < 1e-9


def test_an_empty_solid_has_no_patches() -> None:
    assert len(surface_patches(noise().like(np.ones((4, 4, 4), np.float32))).middles) == 0
