"""How many candidate screws a second the march judges, in a block of bone crossed by old tunnels.

And whether any screw within ±1 mm and ±1° of a chosen and refined one, tried every quarter, is better.

Run: python benchmarks/screw_search.py
"""

import time

import numpy as np

from hemipelvis.field import box
from hemipelvis.frames import Side
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.screws.best_set import best_sets
from hemipelvis.screws.capsules import capsules
from hemipelvis.screws.catalogue import catalogue
from hemipelvis.screws.host_bone import host_bone
from hemipelvis.screws.refine import neighbourhood, refine, spread_bonus
from hemipelvis.screws.score import WEIGHTS
from hemipelvis.screws.search_host import HostSearch, search
from hemipelvis.screws.select_jointly import thinned
from hemipelvis.screws.terrain import terrain
from hemipelvis.settings import ScrewSettings
from hemipelvis.volume import empty_grid

UP, IN = np.array([0.0, 0.0, 1.0]), np.array([-0.9, 0.0, 0.436])


def block() -> HostSearch:
    grid = empty_grid((-60, -40, -40), (20, 40, 40), 0.8)
    labels = grid.like((box((-30, 0, 0), (30, 25, 30)).on(grid).voxels <= 0).astype(np.uint8))
    tunnels = capsules([((5, y, z), (-40, y, z), 3.25) for y in (-10, 10) for z in (-12, 12)])
    face = Interface("sacrum", np.zeros(3), np.array([1.0, 0, 0]), 18.0, 0, 1, 0)
    cup = CupPlan(np.array([60.0, 0, -80]), np.array([0.7, -0.3, -0.6]), 25, 45, "radiographic", "", 22, 2, 4)
    bone = host_bone(labels, labels, tunnels, face, Side.LEFT, 120)
    ground = terrain(bone, labels, face.point, ScrewSettings())
    wish = IN / np.linalg.norm(IN)
    return HostSearch(face, cup, catalogue("house"), ground, tunnels, wish, UP, 1, ScrewSettings(), 0.2, True)


def millions(host: HostSearch, wanted: int) -> tuple[int, float, float]:
    """At least so many candidates judged, and the seconds by the clock and of processors that they took."""
    search(host, 6.5)  # compiles
    count, start, worked = 0, time.perf_counter(), time.process_time()
    while count < wanted:
        count += search(host, 6.5)[1]["candidates"]
    return count, time.perf_counter() - start, time.process_time() - worked


def better_nearby(host: HostSearch, count: int = 3) -> float:
    """By how much the best screw beside a chosen one beats it, the others standing."""
    weight = WEIGHTS["sacrum"].spread
    found = thinned(search(host, 6.5)[0])
    clearance = host.settings.clearance_mm + 2 * host.slack_mm
    (best,) = best_sets(found, (count,), clearance, weight, host.interface.radius_mm)
    chosen, worst = refine(host, found.take(np.array(best.indices)), weight), -np.inf
    for i in range(len(chosen)):
        mine, others = chosen.take(np.array([i])), chosen.take(np.flatnonzero(np.arange(len(chosen)) != i))
        near = neighbourhood(host, mine, others, 1.0, 0.25)
        radius = host.interface.radius_mm
        value = [p.scores + spread_bonus(p, others, radius, weight) for p in (near, mine)]
        worst = max(worst, float(value[0].max() - value[1][0]))
    return worst


def main() -> None:
    host = block()
    count, seconds, worked = millions(host, 10_000_000)
    print(f"{count} candidates in {seconds:.1f} s: {count / seconds / 1e6:.2f} million a second,")
    print(f"  {count / worked / 1e6:.2f} million a second of one core ({worked:.1f} s of processor)")
    print(search(host, 6.5)[1])
    print(f"best score beside a chosen screw less its own: {better_nearby(host):.4f} (scores are about 1)")


if __name__ == "__main__":
    main()
