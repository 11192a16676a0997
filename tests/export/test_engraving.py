"""Marks on a block, and round a rod: what the mesh and the field hold of them."""

import numpy as np
import pytest

from hemipelvis.arrays import Array, Points
from hemipelvis.export.check_mesh import topology
from hemipelvis.export.engraving import DEPTH_MM, Engraving, groove, letter_heights, measured_depth, pressed
from hemipelvis.export.letters import PER_MM, text_mask
from hemipelvis.field import Field, box, cylinder, from_volume
from hemipelvis.isosurface import isosurface
from hemipelvis.mesh import Mesh

TEXT = ("L K1",)
SIZE = (text_mask(TEXT, 3.0).shape[1] / PER_MM, text_mask(TEXT, 3.0).shape[0] / PER_MM)
TOP = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])
FORMS = {"block": (box((0, 0, 0), (15, 11, 8)), 0.0), "rod": (cylinder((0, -12, 0), (0, 12, 0), 8.0), 1 / 8)}
LOWER, UPPER = (-17.0, -13, -9), (17.0, 13, 9)


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> tuple[Field, Engraving]:
    solid, bend = FORMS[request.param]
    return solid, Engraving(TEXT, np.array([0.0, 0, 8]), TOP, SIZE, 3.0, DEPTH_MM, bend)


def engraved(solid: Field, mark: Engraving) -> Mesh:
    mesh = isosurface(solid.sampled(LOWER, UPPER, 0.25))
    return Mesh(pressed(mark, mesh.vertices, solid.sampled(LOWER, UPPER, 0.5)), mesh.faces)


def test_local_places_unroll_the_cylinder() -> None:
    mark = Engraving(TEXT, np.array([0.0, 0, 8]), TOP, SIZE, 3.0, DEPTH_MM, 1 / 8)
    angle = np.array([-0.8, 0.0, 0.5])
    points = np.stack([9 * np.sin(angle), [1.0, 2, 3], 9 * np.cos(angle)], axis=1)
    assert mark.local(points) == pytest.approx(np.stack([8 * angle, [1.0, 2, 3], np.ones(3)], axis=1))
    hollow = Engraving(TEXT, np.array([0.0, 0, -8]), TOP, SIZE, 3.0, DEPTH_MM, -1 / 8)
    inside = np.stack([7 * np.sin(angle), [1.0, 2, 3], -7 * np.cos(angle)], axis=1)
    assert hollow.local(inside) == pytest.approx(np.stack([8 * angle, [1.0, 2, 3], np.ones(3)], axis=1))


def test_outwards_is_the_slope_of_the_height(form: tuple[Field, Engraving]) -> None:
    mark, points = form[1], np.array([[2.0, 1, 8], [-3, -1, 7.5]])
    slopes = [(mark.local(points + h)[:, 2] - mark.local(points - h)[:, 2]) / 2e-4 for h in 1e-4 * np.eye(3)]
    assert mark.outwards(mark.local(points)) == pytest.approx(np.transpose(slopes), abs=1e-6)


def test_the_engraved_mesh_is_still_one_closed_solid_without_crossings(form: tuple[Field, Engraving]) -> None:
    t = topology(engraved(*form))
    assert (t.open_edges, t.wrong_edges, t.degenerate, t.shells, t.crossing) == (0, 0, 0, 1, 0)


def test_the_letters_are_found_again_in_the_mesh_and_only_there(form: tuple[Field, Engraving]) -> None:
    solid, mark = form
    coarse = solid.sampled(LOWER, UPPER, 0.5)
    assert measured_depth(mark, engraved(*form).vertices, coarse) == pytest.approx(DEPTH_MM, abs=0.05)
    assert abs(measured_depth(mark, isosurface(solid.sampled(LOWER, UPPER, 0.25)).vertices, coarse)) < 0.02


def test_the_groove_as_a_field_is_the_surface_of_the_pressed_mesh(form: tuple[Field, Engraving]) -> None:
    solid, mark = form
    coarse = solid.sampled(LOWER, UPPER, 0.25)
    points = engraved(*form).vertices
    carved = np.maximum(from_volume(coarse)(points), groove(mark, points, coarse))
    letters = moved(solid, mark, points)
    assert letters.sum() > 100
    assert np.abs(carved[letters]).max() < 0.1 and np.abs(carved[letters]).mean() < 0.02


def moved(solid: Field, mark: Engraving, points: Points) -> Array:
    """Which vertices the mark pressed in."""
    before = isosurface(solid.sampled(LOWER, UPPER, 0.25)).vertices
    return np.linalg.norm(points - before, axis=1) > 0.01


def test_off_the_letters_the_groove_takes_nothing() -> None:
    mark = Engraving(TEXT, np.array([0.0, 0, 8]), TOP, SIZE, 3.0, DEPTH_MM)
    block = FORMS["block"][0].sampled(LOWER, UPPER, 0.5)
    assert np.isneginf(groove(mark, np.array([[0.0, 8, 8], [0, 0, 0], [-SIZE[0] / 2 + 0.1, 0, 8]]), block)).all()


def test_a_coarse_mesh_gets_larger_letters_and_a_fine_one_smaller_to_choose_from() -> None:
    assert letter_heights(0.5) == pytest.approx((9.0,))
    assert letter_heights(0.1375) == pytest.approx((3.0, 2.7375, 2.475))
    assert letter_heights(0.05)[-1] == 2.4
