"""A patient reduced to one bone: a straight rod for a sacrum, rising from the left toward the midline."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, unit
from hemipelvis.errors import InputError
from hemipelvis.field import capsule, cylinder
from hemipelvis.frames import Plane, Side
from hemipelvis.hardware import Hardware, OldScrew
from hemipelvis.labels import Label
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Interface, Screw
from hemipelvis.screws.plan_screws import ScrewPlan, plan_screws
from hemipelvis.settings import ExtraScrew, ScrewSettings
from hemipelvis.volume import Volume, empty_grid

Plan = Callable[..., ScrewPlan]
AXIS = unit([-1.0, -0.2, 0.4])
FACE = np.array([90.0, 20.0, -70.0])  # the rod ends beside the midline, where no canal is to be expected
LENGTH_MM = 70.0
MIDLINE = Plane(np.zeros(3), np.array([1.0, 0.0, 0.0]))


def rod(radius_mm: float) -> Volume:
    """Labels of a rod of bone, its reamed end at FACE."""
    end = FACE + LENGTH_MM * AXIS
    grid = empty_grid(np.minimum(FACE, end) - 25, np.maximum(FACE, end) + 25, 1.0)
    return grid.like((cylinder(FACE, end, radius_mm).on(grid).voxels <= 0).astype(np.uint8))


def scan(labels: Volume) -> Volume:
    """HU in which bone stands out, so that it is seen to hold no channel but the screw's own."""
    return labels.like((400 * labels.voxels.astype(np.int16)).astype(np.int16))


def old_screw(start: Array, end: Array, diameter_mm: float = 6.5) -> OldScrew:
    return OldScrew(1, "sacrum", start, end, diameter_mm, False, ((start, end),), (start, end))


def landmarks() -> Landmarks:
    return Landmarks({"SP": FACE + LENGTH_MM * AXIS}, {}, MIDLINE)


def interface(radius_mm: float) -> Interface:
    return Interface("sacrum", FACE, -AXIS, radius_mm, 0.0, 1.0, 0.0)


def mirrored(labels: Volume) -> Volume:
    """The patient in the mirror x → −x."""
    origin = np.array([-labels.upper[0], *labels.origin[1:]])
    return Volume(np.ascontiguousarray(labels.voxels[:, :, ::-1]), labels.spacing, origin)


CUP = CupPlan(np.array([80.0, 0, -120]), np.array([0.7, -0.3, -0.6]), 25, 45, "radiographic", "same height", 22, 2, 4)


@pytest.fixture(scope="session")
def plan_rod() -> Callable[..., ScrewPlan]:
    """plan_rod(radius_mm, *old screws, settings): screws planned in the rod."""

    def plan(radius_mm: float, *old: OldScrew, **settings: Any) -> ScrewPlan:
        chosen = ScrewSettings(**{"sacral": 1, "pubic": 0, "driver_reach_mm": 0.0, "length_step_mm": 0.0, **settings})
        labels = rod(radius_mm)
        ct = labels.like(np.where(labels.voxels, 300, 0).astype(np.int16))
        face = interface(radius_mm)
        return plan_screws(labels, ct, Hardware(None, old), landmarks(), CUP, (face,), Side.LEFT, chosen)

    return plan


def dense(start: Array, end: Array) -> Array:
    return np.linspace(start, end, 2000)


def gap(screw: Screw, start: Array, end: Array, diameter_mm: float) -> float:
    """Edge-to-edge distance by dense points, independent of the planner's segments."""
    nearest = KDTree(dense(start, end)).query(dense(screw.entry, screw.tip))[0].min()
    return float(nearest) - (diameter_mm + screw.diameter_mm) / 2


def off_axis(points: Array) -> Array:
    q = points - FACE
    return np.asarray(np.linalg.norm(q - (q @ AXIS)[..., None] * AXIS, axis=-1))


def test_a_straight_tube_is_filled_along_its_axis(plan_rod: Plan) -> None:
    (screw,) = plan_rod(6.0).screws
    assert off_axis(np.array([screw.bone_entry, screw.tip])).max() < 0.8
    assert screw.clearance_cortex_mm == pytest.approx(6.0 - 3.25, abs=0.9)
    assert screw.failed == ()


def test_the_stated_clearance_is_that_of_the_tube_around_the_screw(plan_rod: Plan) -> None:
    (screw,) = plan_rod(6.0).screws
    outermost = off_axis(dense(screw.bone_entry, screw.tip)).max() + screw.diameter_mm / 2
    assert screw.clearance_cortex_mm <= 6.0 - outermost + 0.9


def test_an_old_tunnel_in_the_way_is_bypassed(plan_rod: Plan) -> None:
    start, end = FACE - 5 * AXIS, FACE + 40 * AXIS
    (screw,) = plan_rod(15.0, old_screw(start, end)).screws
    assert gap(screw, start, end, 6.5) >= 2.0
    assert screw.clearance_tunnel_mm == pytest.approx(gap(screw, start, end, 6.5), abs=0.05)


def test_metal_of_no_known_screw_is_kept_clear_of_and_stated_apart_from_tunnels() -> None:
    labels, aside = rod(15.0), np.array([0.0, 4.0, 2.0])
    metal = capsule(FACE + 10 * AXIS + aside, FACE + 30 * AXIS + aside, 2.5).on(labels).voxels <= 0
    marked = labels.like(np.where(metal, Label.SCREWS, labels.voxels).astype(np.uint8))
    ct = labels.like(np.where(labels.voxels, 300, 0).astype(np.int16))
    settings = ScrewSettings(sacral=1, pubic=0, driver_reach_mm=0)
    plan = plan_screws(marked, ct, Hardware(None, ()), landmarks(), CUP, (interface(15.0),), Side.LEFT, settings)
    (screw,) = plan.screws
    assert screw.clearance_tunnel_mm is None
    assert screw.notes["clearance_stray_mm"] >= settings.clearance_mm
    assert any("belongs to no screw" in w for w in plan.warnings)


def test_new_screws_keep_clear_of_each_other(plan_rod: Plan) -> None:
    plan = plan_rod(15.0, sacral=3)
    assert [s.id for s in plan.screws] == ["S1", "S2", "S3"]
    for i, a in enumerate(plan.screws):
        for b in plan.screws[i + 1 :]:
            assert gap(a, b.entry, b.tip, b.diameter_mm) >= 2.0


@pytest.mark.parametrize("overhang_mm", [0.0, 3.0])
def test_no_head_stands_farther_past_the_face_than_allowed(plan_rod: Plan, overhang_mm: float) -> None:
    plan = plan_rod(15.0, sacral=3, overhang_mm=overhang_mm)
    assert len(plan.screws) == 3
    assert off_axis(np.array([s.entry for s in plan.screws])).max() <= 15.0 + overhang_mm + 1e-6


def test_every_screw_has_a_runner_up_that_keeps_the_rules_too(plan_rod: Plan) -> None:
    plan = plan_rod(15.0, sacral=2)
    assert set(plan.runners_up) == {"S1", "S2"}
    assert all(s.failed == () and s.source == "runner-up" for s in plan.runners_up.values())


def test_a_mirrored_patient_gets_the_mirrored_plan() -> None:
    labels, marks, face, aside = rod(7.0), landmarks(), interface(7.0), np.array([0.0, 4.0, 5.0])
    old = old_screw(FACE + aside, FACE + 20 * AXIS + aside, 3.0)
    m, d = MIDLINE.mirror, MIDLINE.mirror_direction
    other = OldScrew(
        1, "sacrum", m(old.head), m(old.tip), 3.0, False, ((m(old.head), m(old.tip)),), (m(old.head), m(old.tip))
    )
    settings = ScrewSettings(sacral=1, pubic=0, driver_reach_mm=0)
    here = plan_screws(labels, scan(labels), Hardware(None, (old,)), marks, CUP, (face,), Side.LEFT, settings)
    image = mirrored(labels)
    there = plan_screws(
        image, scan(image), Hardware(None, (other,)), Landmarks({"SP": m(marks.points["SP"])}, {}, MIDLINE), CUP,
        (Interface("sacrum", m(FACE), d(face.normal), 7.0, 0, 1, 0),), Side.RIGHT, settings,
    )  # fmt: skip
    assert there.screws[0].score == pytest.approx(here.screws[0].score, abs=1e-3)
    assert np.allclose(m(there.screws[0].tip), here.screws[0].tip, atol=0.3)
    assert np.allclose(m(there.screws[0].entry), here.screws[0].entry, atol=0.3)
    assert there.drill_table[0].forward_deg == pytest.approx(here.drill_table[0].forward_deg, abs=0.5)


def test_where_nothing_fits_the_binding_constraint_is_named(plan_rod: Plan) -> None:
    thin = plan_rod(3.0)
    assert thin.screws == ()
    assert any("0 of 1 screws fit" in w and "binding: cortex" in w for w in thin.warnings)


def test_a_thinner_sacral_screw_stands_in_where_the_wished_one_does_not_fit(plan_rod: Plan) -> None:
    plan = plan_rod(4.6)
    (screw,) = plan.screws
    assert screw.diameter_mm in ScrewSettings().sacral_thinner_mm
    assert any("only 0 of 1 screws of 6.5 mm fit" in w for w in plan.warnings)


def test_tunnels_that_leave_no_room_are_named(plan_rod: Plan) -> None:
    blocked = plan_rod(7.0, old_screw(FACE - 5 * AXIS, FACE + 40 * AXIS))
    assert blocked.screws == ()
    assert any("binding: old tunnels" in w for w in blocked.warnings)


def test_an_engineers_screw_that_fails_is_told_so_and_left_where_it_is(plan_rod: Plan) -> None:
    entry, tip = FACE - 10 * AXIS, FACE + 40 * AXIS
    wish = ExtraScrew(id="S1", host="sacrum", entry=tuple(entry), tip=tuple(tip))
    plan = plan_rod(15.0, old_screw(FACE, FACE + 40 * AXIS), add=(wish,))
    (screw,) = plan.screws
    assert np.array_equal(screw.entry, entry) and np.array_equal(screw.tip, tip)
    assert screw.source == "engineer"
    assert any("old tunnel" in rule for rule in screw.failed)
    assert any("S1" in w for w in plan.warnings)


def test_a_planned_screw_keeps_clear_of_the_engineers(plan_rod: Plan) -> None:
    entry, tip = FACE - 10 * AXIS, FACE + 40 * AXIS
    wish = ExtraScrew(id="mine", host="sacrum", entry=tuple(entry), tip=tuple(tip))
    plan = plan_rod(15.0, add=(wish,))
    planned = next(s for s in plan.screws if s.id == "S1")
    assert gap(planned, entry, tip, 6.5) >= 2.0


def test_a_dropped_screw_is_not_there(plan_rod: Plan) -> None:
    assert [s.id for s in plan_rod(15.0, sacral=2, drop=("S1",)).screws] == ["S2"]


def test_a_host_without_an_interface_is_warned_of_and_cannot_be_added_to(plan_rod: Plan) -> None:
    assert any("pubis: the implant has no interface" in w for w in plan_rod(6.0, pubic=1).warnings)
    wish = ExtraScrew(id="P1", host="pubis", entry=(0, 0, 0), tip=(1, 1, 30))
    with pytest.raises(InputError, match="no interface"):
        plan_rod(6.0, add=(wish,))


def test_lengths_are_those_on_sale(plan_rod: Plan) -> None:
    (screw,) = plan_rod(6.0, length_step_mm=5.0).screws
    assert screw.length_mm % 5 == pytest.approx(0, abs=1e-4) or screw.length_mm % 5 == pytest.approx(5, abs=1e-4)
    assert screw.length_mm <= LENGTH_MM + 15


def test_the_same_input_gives_the_same_screws(plan_rod: Plan) -> None:
    assert np.array_equal(plan_rod(6.0).screws[0].tip, plan_rod(6.0).screws[0].tip)


def test_lengths_are_those_of_the_catalogue(plan_rod: Plan, tmp_path: Path) -> None:
    kind = {"name": "odd", "hosts": ["sacrum"], "diameter_mm": 6.5, "head_mm": 8, "shortest_mm": 33, "longest_mm": 68}
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"name": "own", "kinds": [{**kind, "step_mm": 7}]}), encoding="utf-8")
    chosen = {"catalogue": str(path), "length_step_mm": None, "sacral_thinner_mm": ()}
    (screw,) = plan_rod(6.0, **chosen).screws
    assert screw.length_mm == pytest.approx(68)  # 33 and five steps of 7; at 15 in steps of 5 it would be 65 or 70


def test_a_cup_in_the_drivers_way_rules_the_screw_out() -> None:
    labels = rod(6.0)
    settings = ScrewSettings(sacral=1, pubic=0, ischial=0, driver_reach_mm=60, length_step_mm=0)
    far, near = (replace(CUP, centre=FACE - d * AXIS, opening=unit([0.0, 0, -1])) for d in (150.0, 45.0))
    said = [
        plan_screws(labels, labels, Hardware(None, ()), landmarks(), c, (interface(6.0),), Side.LEFT, settings)
        for c in (far, near)
    ]
    assert not any("way in is barred" in w for w in said[0].warnings)
    assert any("way in is barred" in w for w in said[1].warnings)
