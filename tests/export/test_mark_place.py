import numpy as np
import pytest

from hemipelvis.arrays import Point
from hemipelvis.export.engraving import Engraving
from hemipelvis.export.mark_place import place_mark, solid_skin
from hemipelvis.field import box, cylinder
from hemipelvis.volume import Volume

LOWER, UPPER = np.array([-20.0, -16, -8]), np.array([20.0, 16, 8])
BLOCK = box((0, 0, 0), (15, 11, 4)).sampled(LOWER, UPPER, 0.5)
HALF = BLOCK.like(np.where(np.indices(BLOCK.voxels.shape)[0] > BLOCK.size[2] // 2 - 4, BLOCK.voxels, 9.0))
ROD = cylinder((-25, 0, 0), (25, 0, 0), 8.0).sampled((-30, -10, -10), (30, 10, 10), 0.5)
UP, BACK = np.array([0.0, 0, 1]), np.array([0.0, 1, 0])


def mark_on(
    solid: Volume, lines: tuple[str, ...] = ("L K12",), keep: tuple[tuple[Point, Point, float], ...] = ()
) -> Engraving | None:
    return place_mark(solid_skin(BLOCK, solid, keep, UP, BACK), [[lines]], [3.0])


def test_a_mark_stands_on_solid_metal_that_looks_to_the_side() -> None:
    mark = mark_on(HALF)
    assert mark is not None
    assert mark.centre[2] == pytest.approx(4, abs=0.3) and mark.axes[2] @ UP > 0.99
    assert mark.bend_per_mm == pytest.approx(0, abs=0.01)


def test_a_mark_reads_from_left_to_right_seen_from_outside() -> None:
    mark = mark_on(BLOCK)
    assert mark is not None and np.linalg.det(mark.axes) == pytest.approx(1)


def test_nothing_is_engraved_where_everything_must_be_kept_off() -> None:
    assert mark_on(BLOCK, keep=((np.zeros(3), np.zeros(3), 100.0),)) is None


def test_a_smaller_letter_comes_before_a_shorter_text() -> None:
    skin = solid_skin(BLOCK, BLOCK, (), UP, BACK)
    wanted = [[("L K012345678901",)], [("L",)]]
    small, large = place_mark(skin, wanted, [3.0, 2.5]), place_mark(skin, wanted, [3.0])
    assert small is not None and (small.lines, small.letter_mm) == (("L K012345678901",), 2.5)
    assert large is not None and large.lines == ("L",)


def test_a_text_too_long_for_one_line_is_parted() -> None:
    mark = place_mark(solid_skin(BLOCK, BLOCK, (), UP, BACK), [[("L K0123456789 HP-01",), ("L K0123", "HP-01")]], [3.0])
    assert mark is not None and mark.lines == ("L K0123", "HP-01")


def test_round_a_rod_a_text_bends_with_its_radius_or_runs_along_it() -> None:
    mark = place_mark(solid_skin(ROD, ROD, (), UP, BACK), [[("L K12",)]], [3.0])
    assert mark is not None
    along = abs(mark.axes[0] @ np.array([1.0, 0, 0]))
    assert mark.bend_per_mm == pytest.approx((1 - along**2) / 8, abs=0.02)
