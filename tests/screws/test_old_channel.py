"""A block of bone with a rod of metal in it, and the empty channel where the rod was put in."""

import numpy as np
import pytest

from hemipelvis.arrays import Array
from hemipelvis.field import capsule
from hemipelvis.labels import Label
from hemipelvis.screws.old_channel import Channel, old_channel
from hemipelvis.screws.old_tunnels import Rod
from hemipelvis.volume import empty_grid

START, END, RADIUS_MM = np.array([0.0, 0, -18]), np.array([0.0, 0, 18]), 3.0
X, Y = np.eye(3)[0], np.eye(3)[1]
TRAVEL = 9.0 * np.eye(2)
NOWHERE = (np.array([99.0, 0, 0]), np.array([99.0, 0, 1]))


def channel(was: tuple[Array, Array], hidden_mm: float = 0.0) -> Channel:
    """What is found of the channel `was`; all within `hidden_mm` of the metal is metal as well."""
    grid = empty_grid([-22, -22, -24], [22, 22, 24], 1.0)
    metal = capsule(START, END, RADIUS_MM + hidden_mm).on(grid).voxels <= 0
    empty = capsule(*was, RADIUS_MM).on(grid).voxels <= 0
    noise = np.random.default_rng(3).normal(0, 25, metal.shape)
    hu = np.where(metal, 3000, np.where(empty, 40, 300) + noise)
    labels = grid.like(np.where(metal, Label.SCREWS, np.where(empty, 0, Label.SACRUM)).astype(np.uint8))
    bone = np.ones(metal.shape, bool)
    now = Rod(START, END, RADIUS_MM, "metal", TRAVEL)
    return old_channel(labels, grid.like(hu.astype(np.int16)), bone, now, now)


def test_the_channel_a_tilted_screw_left_is_found() -> None:
    was = START + 4 * X, END + 2 * Y
    found = channel(was)
    assert np.linalg.norm(found.start - was[0]) < 1.0 and np.linalg.norm(found.end - was[1]) < 1.0
    assert found.error_mm(0.0) < 0.8 and found.error_mm(1.0) < 0.8  # 3 mm were expected


def test_in_whole_bone_the_screw_lies_where_it_was_put() -> None:
    found = channel(NOWHERE)
    assert np.linalg.norm(found.start - START) < 0.5 and np.linalg.norm(found.end - END) < 0.5
    assert found.halo_mm < 0.3


def test_where_metal_hides_the_bone_nothing_is_known_but_the_travel_expected() -> None:
    found = channel((START + 4 * X, END), hidden_mm=9.0)
    assert found.seen == 0.0
    assert found.spread.diagonal() == pytest.approx([7.0, 7.0], abs=1.5)  # 9 mm², cut off at 6 mm
