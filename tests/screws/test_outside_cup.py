"""A rod of ischium before a cup that opens toward it: no head in the cup can have its driver come in by the mouth."""

import numpy as np
import pytest

from hemipelvis.arrays import unit
from hemipelvis.field import cylinder
from hemipelvis.frames import Plane, Side
from hemipelvis.hardware import Hardware
from hemipelvis.labels import Label
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.screws.plan_screws import ScrewPlan, plan_screws
from hemipelvis.settings import ScrewSettings
from hemipelvis.volume import empty_grid

AXIS, FACE, LENGTH_MM, RADIUS_MM = unit([-0.3, 0.2, -1.0]), np.array([80.0, 0.0, -60.0]), 60.0, 14.0


def cup(opening: np.ndarray) -> CupPlan:
    return CupPlan(FACE - 50 * AXIS, opening, 25, 45, "radiographic", "same height", 22, 2, 4)


def plan(opening: np.ndarray) -> ScrewPlan:
    end = FACE + LENGTH_MM * AXIS
    start = FACE - 80 * AXIS  # past the cup: what bars a driver is looked for in the scan
    grid = empty_grid(np.minimum(start, end) - 35, np.maximum(start, end) + 35, 1.0)
    rod = cylinder(FACE, end, RADIUS_MM).on(grid).voxels <= 0
    labels = grid.like(np.where(rod, Label.HIP_LEFT, 0).astype(np.uint8))
    ct = grid.like(np.where(rod, 300, 0).astype(np.int16))
    marks = Landmarks({}, {}, Plane(np.zeros(3), np.array([1.0, 0, 0])))
    face = Interface("ischium", FACE, -AXIS, RADIUS_MM, 0.0, 1.0, 0.0)
    settings = ScrewSettings(sacral=0, pubic=0, ischial=1)
    return plan_screws(labels, ct, Hardware(None, ()), marks, cup(opening), (face,), Side.LEFT, settings)


@pytest.fixture(scope="module")
def turned_to() -> ScrewPlan:
    return plan(AXIS)


def test_where_none_fits_from_inside_the_cup_a_screw_from_outside_is_planned_and_said(turned_to: ScrewPlan) -> None:
    (screw,) = turned_to.screws
    assert screw.failed == ()
    assert np.linalg.norm(screw.entry - cup(AXIS).centre) > cup(AXIS).outer_radius_mm
    assert any("from outside the cup" in w and "I1" in w for w in turned_to.warnings)


def test_its_driver_misses_the_shell(turned_to: ScrewPlan) -> None:
    (screw,), shell, settings = turned_to.screws, cup(AXIS), ScrewSettings()
    back = np.linspace(settings.driver_mm, settings.driver_reach_mm, 200)[:, None]
    way = screw.entry - back * screw.direction - shell.centre
    before_mouth = way @ shell.opening <= 0
    away = np.linalg.norm(way[before_mouth], axis=1)
    assert np.all(away >= shell.outer_radius_mm + settings.driver_mm - 1.5)  # the coarse grid's voxel


def test_a_cup_that_opens_away_from_the_bone_takes_the_head_inside() -> None:
    shell, found = cup(-AXIS), plan(-AXIS)
    (screw,) = found.screws
    assert np.linalg.norm(screw.entry - shell.centre) < shell.outer_radius_mm
    assert not any("from outside the cup" in w for w in found.warnings)
