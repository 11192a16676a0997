"""A bar with an interface at one end: its canal is as wide as the bar."""

import numpy as np
import pytest

from hemipelvis.field import capsule
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.screws.canal_width import canal_width
from hemipelvis.screws.capsules import capsules
from hemipelvis.screws.catalogue import catalogue
from hemipelvis.screws.host_bone import host_bone
from hemipelvis.screws.search_host import HostSearch
from hemipelvis.screws.terrain import terrain
from hemipelvis.settings import ScrewSettings
from hemipelvis.volume import empty_grid

CUP = CupPlan(np.array([40.0, 0, 0]), np.array([1.0, 0, 0]), 25, 45, "radiographic", "", 22, 2, 4)


@pytest.mark.parametrize("radius", [3.0, 5.0])
def test_the_canal_of_a_straight_bar_is_as_wide_as_the_bar(radius: float) -> None:
    face = Interface("pubis", np.zeros(3), np.array([1.0, 0, 0]), radius, 0, 1, 0)
    grid = empty_grid((-60, -15, -15), (20, 15, 15), 0.5)
    bar = capsule((-50, 0, 0), (0, 0, 0), radius).on(grid).voxels <= 0
    bar[..., grid.world_from_index(np.array([[0, 0, 0]]))[0, 0] + np.arange(grid.size[0]) * 0.5 > 0] = False
    labels = grid.like(np.where(bar, Label.HIP_LEFT, 0).astype(np.uint8))
    none, settings = capsules([]), ScrewSettings(driver_reach_mm=0)
    bone = host_bone(labels, labels, none, face, Side.LEFT, 80)
    ground = terrain(bone, labels, face.point, settings)
    axis = np.array([-1.0, 0, 0])
    host = HostSearch(face, CUP, catalogue("house"), ground, none, axis, np.array([0.0, 0, 1]), 1, settings, 0.2)
    assert canal_width(host, bone, 25.0) == pytest.approx(2 * radius, abs=0.7)
