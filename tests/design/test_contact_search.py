from dataclasses import replace

import numpy as np
import pytest

from hemipelvis.arrays import unit
from hemipelvis.design.contact_search import Search, candidate_axes, find_contact
from hemipelvis.field import box, half_space, sphere
from hemipelvis.frames import Plane

TARGET = np.array([-250.0, 320.0, -500.0])
UP = np.array([0.0, 0.0, 1.0])
ELLIPSES = ((10.0, 7.0, 0.0), (10.0, 7.0, 90.0), (6.0, 4.0, 0.0))


def search(nominal: object, reach: float = 6) -> Search:
    return Search(TARGET, unit(nominal), UP, 1, 30, 8, 9, reach, ELLIPSES)


def test_a_flat_face_is_met_with_hardly_any_reaming() -> None:
    face = find_contact(half_space(Plane(TARGET, np.array([1, 0, 0]))), search([1, 0, 0]), "sacrum")
    assert face is not None
    assert face.normal @ [1, 0, 0] > np.cos(np.radians(5))
    assert face.contact_mm2 == pytest.approx(np.pi * 70, rel=0.05)
    assert face.reamed_mm3 < 1.5 * face.contact_mm2


def test_a_plane_leans_towards_a_tilted_face() -> None:
    tilted = unit([1, 0.4, 0])
    face = find_contact(half_space(Plane(TARGET, tilted)), search([1, 0, 0]), "sacrum")
    assert face is not None and face.normal @ tilted > np.cos(np.radians(15)) > tilted[0]


def test_reaming_never_goes_deeper_than_the_reach() -> None:
    for reach in (2.0, 4.0):
        face = find_contact(sphere(TARGET - [15, 0, 0], 15), search([1, 0, 0], reach), "sacrum")
        assert face is not None and face.notes["deepest_reaming_mm"] <= reach + 1


def test_a_taller_reach_gives_no_less_contact_on_a_ball() -> None:
    areas = []
    for reach in (2.0, 6.0):
        face = find_contact(sphere(TARGET - [15, 0, 0], 15), search([1, 0, 0], reach), "sacrum")
        areas.append(0.0 if face is None else face.contact_mm2)
    assert areas[1] >= areas[0] > 0


def test_no_plane_cuts_the_ball_it_must_keep_off() -> None:
    bone, free = half_space(Plane(TARGET, np.array([1, 0, 0]))), search([1, 0, 0], 10)
    centre = TARGET + np.array([18.0, 0, 0])
    face = find_contact(bone, replace(free, keep_off=centre, keep_off_mm=22.0), "ischium")
    assert face is not None and (centre - face.point) @ face.normal >= 22.0


def test_no_bone_gives_no_contact() -> None:
    assert find_contact(box(TARGET + 200, (5, 5, 5)), search([1, 0, 0]), "sacrum") is None


def test_mirrored_searches_try_mirrored_planes() -> None:
    mirror = np.array([-1.0, 1, 1])
    one = search([1, 0.2, 0.1])
    other = Search(TARGET, unit([-1, 0.2, 0.1]), UP, -1, 30, 8, 9, 6, ELLIPSES)
    for (a, cost_a), (b, cost_b) in zip(candidate_axes(one), candidate_axes(other), strict=True):
        assert np.allclose(a * mirror, b) and cost_a == cost_b
