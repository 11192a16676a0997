"""A block of sacrum, 60 mm wide and 40 mm deep, with a canal behind its middle or without."""

import numpy as np
import pytest

from hemipelvis.arrays import Mask, Points
from hemipelvis.frames import Plane
from hemipelvis.screws.unseen_canal import (
    BODY_MM,
    HALF_WIDTH_MM,
    between_bodies_and_arches,
    unseen_canal,
    unseen_height,
)
from hemipelvis.volume import Volume, empty_grid

MIDLINE = Plane(np.zeros(3), np.array([1.0, 0, 0]))
GRID = empty_grid([-30, -20, -10], [30, 20, 10], 1.0)


def places() -> Points:
    k, j, i = np.indices(GRID.voxels.shape)
    return GRID.world_from_index(np.stack([i, j, k], axis=-1))


def barred(levels_shown: slice) -> Mask:
    points = places()
    canal = np.hypot(points[..., 0], points[..., 1] - 8) < 6
    shown = np.zeros_like(canal)
    shown[levels_shown] = canal[levels_shown]
    return unseen_canal(shown, ~shown, GRID, MIDLINE)


def test_a_canal_that_shows_bars_nothing_more() -> None:
    assert not barred(slice(None)).any()


def test_a_canal_filled_in_bars_the_middle_behind_the_body() -> None:
    grid: Volume = GRID.like(barred(slice(0)))
    points = grid.points_where(grid.voxels)
    assert np.abs(points[:, 0]).max() == HALF_WIDTH_MM
    assert points[:, 1].min() == -20 + BODY_MM
    assert set(np.unique(points[:, 2])) == set(np.arange(-10.0, 11.0))


def test_levels_that_show_it_stay_open_beside_those_that_do_not() -> None:
    levels = np.array([level.any() for level in barred(slice(0, 12))])
    assert not levels[:12].any() and levels[-5:].all()


def test_a_canal_that_foramina_open_to_both_sides_is_still_the_canal() -> None:
    points = places()
    canal = np.hypot(points[..., 0], points[..., 1] - 8) < 6
    bone = ~(canal | (np.abs(points[..., 1] - 8) < 3))
    found = between_bodies_and_arches(bone, GRID, MIDLINE)
    assert found[canal].all()
    assert np.abs(GRID.points_where(found)[:, 0]).max() <= HALF_WIDTH_MM


def test_a_canal_that_shows_nowhere_but_below_its_end_is_told_over_the_upper_half_only() -> None:
    height = unseen_height(barred(slice(0)), np.ones(GRID.voxels.shape, bool), GRID)
    assert height == pytest.approx(len(GRID.voxels) / 2, abs=1.0)
