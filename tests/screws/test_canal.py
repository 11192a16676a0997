"""A bar with an interface at one end: its canal is as wide as the bar."""

import numpy as np
import pytest

from hemipelvis.field import capsule
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.screws.canal import Canal, canal
from hemipelvis.screws.capsules import capsules
from hemipelvis.screws.catalogue import catalogue
from hemipelvis.screws.head_seat import MOUTH_DEG
from hemipelvis.screws.host_bone import host_bone
from hemipelvis.screws.search_host import HostSearch
from hemipelvis.screws.terrain import terrain
from hemipelvis.settings import ScrewSettings
from hemipelvis.volume import empty_grid


def bar(radius: float, opening: tuple[float, float, float]) -> Canal | None:
    """A bar along x behind a cup at (40, 0, 0) that opens so."""
    cup = CupPlan(np.array([40.0, 0, 0]), np.array(opening), 25, 45, "radiographic", "", 22, 2, 4)
    face = Interface("pubis", np.zeros(3), np.array([1.0, 0, 0]), radius, 0, 1, 0)
    grid = empty_grid((-60, -15, -15), (20, 15, 15), 0.5)
    labels = grid.like(np.where(capsule((-50, 0, 0), (0, 0, 0), radius).on(grid).voxels <= 0, Label.HIP_LEFT, 0))
    settings = ScrewSettings(driver_reach_mm=0)
    bone = host_bone(labels, labels, capsules([]), face, Side.LEFT, 80)
    ground = terrain(bone, labels, face.point, settings)
    up, axis = np.array([0.0, 0, 1]), np.array([-1.0, 0, 0])
    host = HostSearch(face, cup, catalogue("house"), ground, capsules([]), axis, up, 1, settings, 0.2)
    return canal(host, bone, 25.0, 4.5)


@pytest.mark.parametrize("radius", [3.0, 5.0])
def test_the_canal_of_a_straight_bar_is_as_wide_as_the_bar(radius: float) -> None:
    found = bar(radius, (1, 0, 0))
    assert found is not None
    assert found.width_mm == pytest.approx(2 * radius, abs=0.7)


def test_a_cup_that_opens_straight_away_from_a_bar_lets_a_screw_follow_it_and_one_turned_aside_does_not() -> None:
    straight, aside = bar(5.0, (1, 0, 0)), bar(5.0, (0, 0, 1))
    assert straight is not None and aside is not None
    assert straight.turn_deg < 5
    assert aside.turn_deg >= 90 - MOUTH_DEG
