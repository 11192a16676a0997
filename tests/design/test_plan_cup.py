"""The rule for the cup's height, to the letter."""

import numpy as np
import pytest

from hemipelvis.arrays import unit
from hemipelvis.design.cup_angles import angles_from_opening
from hemipelvis.design.measure import height_over_ischia, measure
from hemipelvis.design.plan_cup import plan_cup, reference_axes
from hemipelvis.errors import InputError
from hemipelvis.frames import Plane, Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan
from hemipelvis.settings import CupSettings


def pelvis(rise_mm: float, roll_mm: float = 0.0) -> Landmarks:
    """Left side affected, its old cup `rise_mm` above the right centre; the left ischium `roll_mm` higher."""
    points = {
        "hip_centre_L": [70, 4, 60 + rise_mm], "hip_centre_R": [-85, 0, 60], "ischium_L": [55, 20, roll_mm],
        "ischium_R": [-55, 20, 0], "SP": [0, 40, 160], "PT_R": [-25, -40, 70], "ASIS_R": [-120, -45, 170],
    }  # fmt: skip
    normal = unit([110, 0, roll_mm])
    arrays = {k: np.array(v, float) for k, v in points.items()}
    return Landmarks(arrays, {}, Plane(np.zeros(3), normal), {"hip_centre_R": 24.0})


def planned(marks: Landmarks, **settings: object) -> CupPlan:
    now = measure(marks, marks.points["hip_centre_L"], Side.LEFT)
    return plan_cup(marks, now, Side.LEFT, CupSettings.model_validate(settings))


@pytest.mark.parametrize("rise_mm", [0.0, 8.0, 19.999, -12.0])
def test_below_20_mm_the_cup_comes_to_the_height_of_the_other(rise_mm: float) -> None:
    marks = pelvis(rise_mm)
    cup = planned(marks)
    assert cup.rule == "same height"
    assert height_over_ischia(marks, cup.centre) == pytest.approx(60)


@pytest.mark.parametrize("rise_mm", [20.0, 20.001, 41.0])
def test_from_exactly_20_mm_the_cup_descends_by_20(rise_mm: float) -> None:
    marks = pelvis(rise_mm)
    cup = planned(marks)
    assert cup.rule == "descend 20 mm"
    assert height_over_ischia(marks, cup.centre) == pytest.approx(40 + rise_mm)


@pytest.mark.parametrize("rise_mm", [5.0, 30.0])
def test_the_arm_is_the_mirrored_one_even_when_the_pelvis_is_tilted_sideways(rise_mm: float) -> None:
    marks = pelvis(rise_mm, roll_mm=12)
    cup = planned(marks)
    arms = marks.symmetry.distance(np.array([cup.centre, marks.points["hip_centre_R"]]))
    assert arms[0] == pytest.approx(-arms[1])
    assert cup.centre[1] == pytest.approx(0)


@pytest.mark.parametrize("definition", ["radiographic", "anatomical", "operative"])
@pytest.mark.parametrize("reference", ["scanner", "anterior pelvic plane"])
def test_the_opening_has_the_stated_angles(definition: str, reference: str) -> None:
    marks = pelvis(8)
    cup = planned(marks, definition=definition, reference=reference)
    axes = reference_axes(marks, Side.LEFT, CupSettings.model_validate({"reference": reference}))
    found = angles_from_opening(cup.opening, axes, definition)
    assert (found.anteversion_deg, found.inclination_deg) == pytest.approx((25, 45), abs=1e-9)
    assert set(cup.notes["angles"]) == {"radiographic", "anatomical", "operative"}


def test_a_stated_centre_is_kept_and_its_distance_from_the_rule_told() -> None:
    cup = planned(pelvis(8), centre=(100.0, 0.0, 90.0))
    assert cup.centre.tolist() == [100, 0, 90]
    assert any("stated centre" in warning for warning in cup.warnings)


def test_the_liner_is_as_wide_as_the_native_acetabulum_within_what_is_made() -> None:
    assert planned(pelvis(8)).liner_radius_mm == pytest.approx(26.5)
    assert planned(pelvis(8), liner_radius_mm=25.0).liner_radius_mm == 25


def test_a_long_descent_and_a_low_cup_are_warned_of_with_figures() -> None:
    assert any("lower than the other" in w for w in planned(pelvis(-25)).warnings)
    assert any("lengthens by 50 mm" in w for w in planned(pelvis(10), centre=(85.0, 0.0, 20.0)).warnings)


def test_a_femur_in_the_shells_way_is_told_with_figures() -> None:
    marks = pelvis(8)
    now = measure(marks, marks.points["hip_centre_L"], Side.LEFT)
    cup = plan_cup(marks, now, Side.LEFT, CupSettings(), femur=np.array([[85.0, 0.0, 30.0]]))
    assert cup.notes["femur_gap_mm"] == pytest.approx(30 - cup.outer_radius_mm)
    assert any("femur" in warning for warning in cup.warnings)


def test_a_missing_old_cup_is_refused() -> None:
    marks = pelvis(8)
    now = measure(marks, marks.points["hip_centre_L"], Side.LEFT)
    bare = Landmarks({k: p for k, p in marks.points.items() if k != "hip_centre_L"}, {}, marks.symmetry)
    with pytest.raises(InputError, match="hip_centre_L"):
        plan_cup(bare, now, Side.LEFT, CupSettings())
