"""A block of bone with an old tunnel beside the face's middle."""

from dataclasses import replace

import numpy as np
import pytest

from hemipelvis.field import box
from hemipelvis.frames import Side
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.screws import search_host
from hemipelvis.screws.capsules import capsules
from hemipelvis.screws.catalogue import catalogue
from hemipelvis.screws.host_bone import host_bone
from hemipelvis.screws.refine import neighbourhood, refine
from hemipelvis.screws.search_host import HostSearch, search, search_again
from hemipelvis.screws.terrain import terrain
from hemipelvis.settings import ScrewSettings
from hemipelvis.volume import empty_grid

FACE = Interface("sacrum", np.zeros(3), np.array([1.0, 0, 0]), 6.0, 0, 1, 0)
CUP = CupPlan(np.array([60.0, 0, -80]), np.array([0.7, -0.3, -0.6]), 25, 45, "radiographic", "", 22, 2, 4)
WISH = np.array([-0.9, 0.0, 0.436]) / np.linalg.norm([-0.9, 0.0, 0.436])


def block() -> HostSearch:
    grid = empty_grid((-50, -20, -20), (15, 20, 30), 1.0)
    labels = grid.like((box((-22, 0, 5), (22, 15, 20)).on(grid).voxels <= 0).astype(np.uint8))
    tunnels = capsules([((5, 2, -2), (-25, 2, -2), 3.25)])
    settings = ScrewSettings(driver_reach_mm=0)
    bone = host_bone(labels, labels, tunnels, FACE, Side.LEFT, 80)
    ground = terrain(bone, labels, FACE.point, settings)
    return HostSearch(
        FACE, CUP, catalogue("house"), ground, tunnels, WISH, np.array([0.0, 0, 1]), 1, settings, 0.2, True
    )


def test_no_screw_within_a_millimetre_and_a_degree_of_a_refined_one_is_better() -> None:
    host = block()
    found, _ = search(host, 5.0)
    chosen, none = found.take(np.array([0])), found.take(np.zeros(0, int))
    refined = refine(host, chosen, 0.0)
    near = neighbourhood(host, refined, none, 1.0, 0.25)
    assert len(near) > 50
    assert refined.scores[0] >= chosen.scores[0]
    assert near.scores.max() <= refined.scores[0] + 1e-3


def test_candidates_left_under_stricter_rules_are_those_that_a_new_search_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search_host, "KEPT", 10_000_000)
    host = block()
    strict = replace(host, slack_mm=0.8)
    left, now = search_again(strict, 6.5, *search(host, 6.5))
    anew, tally = search(strict, 6.5)
    assert len(left) == len(anew) == now["feasible"]
    assert np.sort(left.scores) == pytest.approx(np.sort(anew.scores))
    assert sum(now.values()) == 2 * now["candidates"] == 2 * tally["candidates"]
