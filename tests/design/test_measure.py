"""BWMA and CHD against closed forms."""

from dataclasses import replace

import numpy as np
import pytest

from hemipelvis.design.measure import height_over_ischia, measure, measurements_report, rise_over_ischia
from hemipelvis.errors import InputError
from hemipelvis.frames import Plane, Side
from hemipelvis.landmarks import Landmarks


def pelvis(rise_mm: float = 0.0) -> Landmarks:
    """A symmetric pelvis in line with the scanner; the left centre `rise_mm` higher than the right."""
    points = {
        "hip_centre_L": [85, 0, 60 + rise_mm], "hip_centre_R": [-85, 0, 60], "ischium_L": [55, 20, 0],
        "ischium_R": [-55, 20, 0], "SP": [0, 40, 160], "PT_R": [-25, -40, 70], "PT_L": [25, -40, 70],
    }  # fmt: skip
    return Landmarks({k: np.array(v, float) for k, v in points.items()}, {}, Plane(np.zeros(3), np.array([1.0, 0, 0])))


def test_a_higher_affected_centre_gives_a_negative_chd() -> None:
    marks = pelvis(rise_mm=12)
    assert measure(marks, marks.points["hip_centre_L"], Side.LEFT).chd_mm == pytest.approx(-12)
    assert measure(marks, marks.points["hip_centre_R"], Side.RIGHT).chd_mm == pytest.approx(12)


def test_bwma_is_the_distance_from_the_symmetry_plane_in_cm() -> None:
    found = measure(pelvis(), np.array([70.0, 5, 60]), Side.LEFT)
    assert found.bwma_cm == pytest.approx({"left": 7.0, "right": 8.5})
    assert found.projected.bwma_cm == pytest.approx({"left": 7.0, "right": 8.5})


def test_perspective_is_true_at_the_hips_depth() -> None:
    marks = pelvis(rise_mm=8)
    flat = replace(marks, points={k: p * [1, 0, 1] for k, p in marks.points.items()})
    found = measure(flat, flat.points["hip_centre_L"], Side.LEFT)
    assert found.perspective.chd_mm == pytest.approx(found.projected.chd_mm)
    assert found.perspective.bwma_cm == pytest.approx(found.projected.bwma_cm)


def test_tilt_does_not_change_the_bwma_of_an_aligned_pelvis() -> None:
    found = measure(pelvis(rise_mm=8), np.array([85.0, 0, 68]), Side.LEFT)
    for angle in ("-10", "+10"):
        assert found.tilt[angle]["projected"].bwma_cm == pytest.approx({"left": 0, "right": 0}, abs=1e-9)
        assert found.tilt[angle]["projected"].chd_mm == pytest.approx(8 * (1 - np.cos(np.radians(10))))


def test_nothing_depends_on_where_the_patient_lies() -> None:
    marks, shift = pelvis(rise_mm=8), np.array([-300.0, 280, -550])
    moved = Landmarks({k: p + shift for k, p in marks.points.items()}, {}, Plane(shift, np.array([1.0, 0, 0])))
    a = measure(marks, marks.points["hip_centre_L"], Side.LEFT)
    b = measure(moved, moved.points["hip_centre_L"], Side.LEFT)
    assert a.chd_mm == pytest.approx(b.chd_mm)
    assert a.perspective.bwma_cm == pytest.approx(b.perspective.bwma_cm)


def test_height_grows_along_the_rise() -> None:
    marks = pelvis()
    tilted = replace(marks, points={**marks.points, "ischium_L": np.array([55.0, 20, 9])})
    p = np.array([10.0, 20, 30])
    assert height_over_ischia(tilted, p + 5 * rise_over_ischia(tilted)) - height_over_ischia(tilted, p) == (
        pytest.approx(5)
    )


def test_the_report_holds_both_states_and_the_conventions() -> None:
    report = measurements_report(pelvis(rise_mm=12), np.array([85.0, 0, 60]), Side.LEFT)
    assert report["now"]["chd_mm"] == pytest.approx(-12)
    assert report["planned"]["chd_mm"] == pytest.approx(0)
    assert "negative when the affected" in report["conventions"]["chd_mm"]


def test_a_missing_old_cup_is_refused() -> None:
    marks = pelvis()
    bare = replace(marks, points={k: p for k, p in marks.points.items() if k != "hip_centre_L"})
    with pytest.raises(InputError, match="hip_centre_L"):
        measurements_report(bare, np.zeros(3), Side.LEFT)
