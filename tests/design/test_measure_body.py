"""Contacts of known gaps, seats of known metal."""

import numpy as np
import pytest

from hemipelvis.design.measure_body import arcuate_deviation, contact_share, reamed
from hemipelvis.design.measure_form import course, seat_shares
from hemipelvis.field import Field, box, half_space, oval_cylinder
from hemipelvis.frames import Plane
from hemipelvis.plan import Interface, Screw

POINT = np.array([-250.0, 320.0, -500.0])
UP = np.array([0.0, 0.0, 1.0])
FACE = Interface("sacrum", POINT, UP, 10.0, 6.0, 300.0, 0.0)
METAL = box(np.add(POINT, [0, 0, 10]), (15, 15, 10)).sampled(POINT - 20, np.add(POINT, [20, 20, 26]), 0.5)


def bone_below(height_mm: float) -> Field:
    return half_space(Plane(POINT + height_mm * UP, UP))


def test_flush_bone_is_whole_contact_and_a_gap_of_a_millimetre_none() -> None:
    assert contact_share(METAL, bone_below(0), FACE, None) == pytest.approx(1, abs=0.01)
    assert contact_share(METAL, bone_below(-1), FACE, None) == 0


def test_bone_under_half_the_face_is_half_the_contact() -> None:
    half = bone_below(0) & half_space(Plane(POINT, np.array([1.0, 0, 0])))
    assert contact_share(METAL, half, FACE, None) == pytest.approx(0.5, abs=0.03)


def test_a_slab_reamed_away_is_its_volume_and_height() -> None:
    found = reamed(bone_below(3), oval_cylinder(POINT, FACE.axes, FACE.halves_mm, 7), FACE)
    assert found["volume_cm3"] == pytest.approx(np.pi * 0.3, rel=0.03)
    assert found["deepest_mm"] == pytest.approx(3, abs=0.3)


@pytest.mark.parametrize("above", [4.0, -7.0])
def test_a_lines_distance_counts_outside_and_deep_inside_alike(above: float) -> None:
    line = np.add(POINT, [0, 0, 20 + above]) + np.linspace(-5, 5, 9)[:, None] * [1, 0, 0]
    capped = METAL.like(np.maximum(METAL.voxels, -2))
    assert arcuate_deviation(capped, line, ()) == pytest.approx(abs(above), abs=0.1)


def screw(entry: object) -> Screw:
    at = np.asarray(entry, float)
    return Screw("s", "sacrum", at, at - 30 * UP, 6.5, 10, POINT, None, 2, None, 20, 300, 1)


def test_a_head_half_over_the_edge_has_metal_under_half_its_ring() -> None:
    inside, edge = np.add(POINT, [0, 0, 10]), np.add(POINT, [15, 0, 10])
    assert seat_shares(METAL, (screw(inside),))["s"] == 1
    assert seat_shares(METAL, (screw(edge),))["s"] == pytest.approx(0.5, abs=0.05)


def test_a_circles_bend_is_its_radius() -> None:
    turn = np.linspace(0, 2, 60)
    line = POINT + 30 * np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    assert course(line)["line_least_bend_radius_mm"] == pytest.approx(30, rel=0.01)
