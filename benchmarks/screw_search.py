"""How many candidate screws a second the march judges, in a block of bone crossed by old tunnels.

Run: python benchmarks/screw_search.py
"""

import time

import numpy as np

from hemipelvis.field import box
from hemipelvis.frames import Side
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.screws.capsules import capsules
from hemipelvis.screws.host_bone import host_bone
from hemipelvis.screws.search_host import HostSearch, search
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
    return HostSearch(face, cup, ground, tunnels, IN / np.linalg.norm(IN), UP, 1, ScrewSettings(), 0.2)


def main() -> None:
    host = block()
    search(host, 6.5)
    start = time.perf_counter()
    _, tally = search(host, 6.5)
    seconds = time.perf_counter() - start
    rate = tally["candidates"] / seconds / 1e6
    print(f"{tally['candidates']} candidates in {seconds:.1f} s: {rate:.2f} million a second")
    print(tally)


if __name__ == "__main__":
    main()
