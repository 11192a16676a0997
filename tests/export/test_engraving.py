"""The mark in the metal: where it may stand, and that the mesh stays a solid with the letters in it."""

import numpy as np
import pytest

from hemipelvis.arrays import Point
from hemipelvis.export.check_mesh import topology
from hemipelvis.export.engraving import (
    DEPTH_MM,
    Engraving,
    letter_height,
    measured_depth,
    place_mark,
    pressed,
    solid_skin,
    text_mask,
)  # fmt: skip
from hemipelvis.field import box
from hemipelvis.isosurface import isosurface
from hemipelvis.mesh import Mesh
from hemipelvis.volume import Volume

LOWER, UPPER = np.array([-20.0, -16, -8]), np.array([20.0, 16, 8])
BLOCK = box((0, 0, 0), (15, 11, 4)).sampled(LOWER, UPPER, 0.5)
HALF = BLOCK.like(np.where(np.indices(BLOCK.voxels.shape)[0] > BLOCK.size[2] // 2 - 4, BLOCK.voxels, 9.0))
UP, BACK = np.array([0.0, 0, 1]), np.array([0.0, 1, 0])


def mark_on(
    solid: Volume, lines: tuple[str, ...] = ("L K12",), keep: tuple[tuple[Point, Point, float], ...] = ()
) -> Engraving | None:
    return place_mark(solid_skin(BLOCK, solid, keep, UP, BACK), [lines], 3.0)


def engraved(mark: Engraving) -> Mesh:
    fine = box((0, 0, 0), (15, 11, 4)).sampled(LOWER, UPPER, 0.25)
    mesh = isosurface(fine)
    return Mesh(pressed(mark, mesh.vertices, BLOCK), mesh.faces)


def test_a_mark_stands_on_solid_metal_that_looks_to_the_side() -> None:
    mark = mark_on(HALF)
    assert mark is not None
    assert mark.centre[2] == pytest.approx(4, abs=0.3) and mark.axes[2] @ UP > 0.99


def test_the_engraved_mesh_is_still_one_closed_solid_without_crossings() -> None:
    mark = mark_on(BLOCK)
    assert mark is not None
    t = topology(engraved(mark))
    assert (t.open_edges, t.wrong_edges, t.degenerate, t.shells, t.crossing) == (0, 0, 0, 1, 0)


def test_the_letters_are_found_again_in_the_mesh_and_only_there() -> None:
    mark = mark_on(BLOCK)
    assert mark is not None
    assert measured_depth(mark, engraved(mark).vertices, BLOCK) == pytest.approx(DEPTH_MM, abs=0.05)
    smooth = isosurface(box((0, 0, 0), (15, 11, 4)).sampled(LOWER, UPPER, 0.25))
    assert abs(measured_depth(mark, smooth.vertices, BLOCK)) < 0.02


def test_a_mark_reads_from_left_to_right_seen_from_outside() -> None:
    mark = mark_on(BLOCK)
    assert mark is not None and np.linalg.det(mark.axes) == pytest.approx(1)


def test_nothing_is_engraved_where_everything_must_be_kept_off() -> None:
    assert mark_on(BLOCK, keep=((np.zeros(3), np.zeros(3), 100.0),)) is None


def test_too_long_a_text_gives_way_to_the_next_one() -> None:
    skin = solid_skin(BLOCK, BLOCK, (), UP, BACK)
    mark = place_mark(skin, [("L A-VERY-LONG-CASE-CODE-INDEED",), ("L",)], 3.0)
    assert mark is not None and mark.lines == ("L",)


def test_capitals_have_their_height() -> None:
    rows = np.flatnonzero(text_mask(("H",), 3.0).any(axis=1))
    assert (rows[-1] - rows[0] + 1) / 40 == pytest.approx(3.0, abs=0.1)


def test_a_coarse_mesh_gets_larger_letters() -> None:
    assert letter_height(0.1375) == 3.0 and letter_height(0.5) == pytest.approx(9.0)
