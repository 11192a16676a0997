"""What planes on a block of bone are worth against each other."""

from dataclasses import replace

import numpy as np
import pytest

from hemipelvis.arrays import unit
from hemipelvis.design.contact_value import barred_mm2, contact_value, most_valuable
from hemipelvis.field import box, half_space
from hemipelvis.frames import Plane
from hemipelvis.plan import Interface

POINT, OUT = np.array([-250.0, 320.0, -500.0]), np.array([1.0, 0, 0])
BONE = half_space(Plane(POINT, OUT))


def plane(area: float, share: float, reamed_mm3: float = 0.0) -> Interface:
    notes = {"ellipse_mm2": area, "contact_share": share}
    return Interface("pubis", POINT, OUT, 8, 10, area * share, reamed_mm3, np.array([0.0, 0, 1]), 5, notes)


def value(face: Interface) -> float:
    return contact_value(face, BONE, OUT, 30)


def test_a_wide_plane_a_little_short_of_bone_beats_a_tiny_full_one() -> None:
    tiny, wide = plane(60, 1.0), plane(500, 0.88)
    assert value(wide) > value(tiny)
    assert most_valuable([tiny, wide], BONE, OUT, 30) is wide


def test_a_plane_far_short_of_bone_is_worth_less_than_a_small_full_one() -> None:
    assert value(plane(500, 0.8)) < 0 < value(plane(60, 1.0))


def test_more_contact_or_less_reaming_is_worth_more() -> None:
    assert value(plane(200, 0.95)) < value(plane(200, 0.96)) < value(plane(220, 0.96))
    assert value(plane(200, 0.95, 600)) < value(plane(200, 0.95, 500))


@pytest.mark.parametrize("depth", [4.0, 8.0])
def test_a_pocket_bars_what_its_walls_shade(depth: float) -> None:
    pocket = replace(plane(np.pi * 40, 1.0), point=POINT - depth * OUT)
    assert barred_mm2(pocket, BONE, OUT) == 0
    lens = 0.6 * depth / 16  # of the ellipse moved along its long axis, that axis' share
    shade = np.pi * 40 - 40 * (2 * np.arccos(lens) - np.sin(2 * np.arccos(lens)))
    assert 0.4 * shade < barred_mm2(pocket, BONE, unit([1, 0, 0.6])) < shade  # the reamer's play takes some of it


def test_where_no_bone_stands_beside_nothing_is_barred() -> None:
    assert barred_mm2(plane(np.pi * 40, 1.0), box(POINT - 10 * OUT, (10, 30, 30)), unit([1, 0.5, 0])) == 0
