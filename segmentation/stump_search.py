"""The stump of a broken screw in the implant: short, and pointing like the tip piece that stayed in bone."""

import numpy as np

from hemipelvis.arrays import Array, Points, Vector
from hemipelvis.segmentation.choose_screws import round_enough
from hemipelvis.segmentation.match_pieces import ALIKE_MM, ATTACHED_MM, FAR_MM, KINK_DEG
from hemipelvis.segmentation.metal_window import paint
from hemipelvis.segmentation.screw_axes import Rod, cross_sections, spokes, trace_rod
from hemipelvis.volume import Volume

CORE_MM = np.array([-3.0, -2.0, -1.0, 0.0, 1.0])
RING_MM = np.array([-1.0, 0.0, 1.0, 2.0])
RING_GAP_MM = 1.5
CORE, RING = 0.85, 0.1
TRIED = 12
APART_MM = 4.0
LEAST_MM = 2.5
BEYOND_MM = 2.0
"""Where two pieces touch, this much beyond a piece's found end may still be its own."""
STUMP_ROUND = 0.3
"""Ellipticity of a stretch so short that the fillet at its foot is a good part of it."""
HEAD_GAP_MM = 1.25


def headed(soft: Volume, rod: Rod) -> bool:
    """Whether a rod thickens at its start as a screw does under its head."""
    sections = cross_sections(soft, rod.point, rod.direction)
    near = (sections.t >= rod.t[0]) & (sections.t <= rod.t[0] + 6)
    thick = sections.radius_where(rod.radius_mm + HEAD_GAP_MM)[near] > 0.5
    return int(thick.sum()) >= 3


def without_rods(soft: Volume, rods: tuple[Rod, ...]) -> Volume:
    """Soft metal with rods and their blooming taken out, cut flat at their head ends where stumps may touch."""
    values = soft.voxels.copy()
    for rod in rods:
        box, nodes = paint(soft, np.array([rod.start, rod.end]), rod.radius_mm + 1)
        along = (nodes - rod.point) @ rod.direction
        off = np.linalg.norm(nodes - rod.point - along[:, None] * rod.direction, axis=1)
        own = (off < rod.radius_mm + 1) & (along >= rod.t[0] - BEYOND_MM) & (along <= rod.t[-1] + rod.radius_mm)
        part = values[box]
        part[own.reshape(part.shape)] = 0
    return soft.like(values)


def uncrowded(soft: Volume, rod: Rod, others: tuple[Rod, ...]) -> Volume:
    """Soft metal with the other rods taken out as far as they are not this rod's own metal."""
    rest = without_rods(soft, others).voxels
    box, nodes = paint(soft, np.array([rod.start, rod.end]), rod.radius_mm)
    along = (nodes - rod.point) @ rod.direction
    off = np.linalg.norm(nodes - rod.point - along[:, None] * rod.direction, axis=1)
    own = ((off < rod.radius_mm) & (along >= rod.t[0]) & (along <= rod.t[-1])).reshape(rest[box].shape)
    rest[box][own] = soft.voxels[box][own]
    return soft.like(rest)


def find_stump(rest: Volume, tip: Rod) -> Rod | None:
    """The stump in the remaining metal that fits a tip piece best: near, parallel, as thick; None if there is none.

    rest: soft metal without the screws already found. Looked for within 40 mm and 20° of the tip piece.
    """
    points, directions = _stump_ends(rest, tip)
    order = np.argsort(_cost(points, directions, tip), kind="stable")
    best: Rod | None = None
    tried: list[Array] = []
    for i in order:
        if len(tried) == TRIED:
            break
        if any(np.linalg.norm(points[i] - p) < APART_MM for p in tried):
            continue
        tried.append(points[i])
        rod = trace_rod(rest, points[i], directions[i])
        if rod is not None and _fits(rod, tip) and (best is None or _rod_cost(rod, tip) < _rod_cost(best, tip)):
            best = rod
    return best


def _fits(rod: Rod, tip: Rod) -> bool:
    alike = abs(rod.radius_mm - tip.radius_mm) <= ALIKE_MM and round_enough(rod, STUMP_ROUND)
    parallel = rod.direction @ tip.direction > np.cos(np.radians(KINK_DEG))
    before, after = rod.embedded_mm
    return bool(alike and parallel and rod.free_mm >= LEAST_MM and before >= ATTACHED_MM > after)


def _rod_cost(rod: Rod, tip: Rod) -> float:
    return float(_cost(rod.end[None], rod.direction[None], tip)[0])


def _cost(points: Points, directions: Array, tip: Rod) -> Array:
    """Distance from the tip piece (4 mm weigh as much as 2°) and kink against it."""
    kink = np.degrees(np.arccos(np.clip(directions @ tip.direction, -1, 1)))
    return np.asarray(np.linalg.norm(points - tip.start, axis=1) / 4 + kink / 2)


def _stump_ends(rest: Volume, tip: Rod) -> tuple[Points, Array]:
    """Points (n, 3) in the metal and directions (n, 3) where a rod as thick as the tip piece stands out of it."""
    part = rest.crop(tip.start - FAR_MM, tip.start + FAR_MM)
    index = np.argwhere(part.voxels[::2, ::2, ::2] > 0.5) * 2
    points = part.world_from_index(index[:, ::-1])
    points = points[np.linalg.norm(points - tip.start, axis=1) <= FAR_MM]
    found, ways = [np.zeros((0, 3))], [np.zeros((0, 3))]
    for direction in cone(tip.direction):
        good = _stands_out(rest, points, direction, tip.radius_mm)
        found.append(points[good])
        ways.append(np.broadcast_to(direction, (int(good.sum()), 3)))
    return np.concatenate(found), np.concatenate(ways)


def _stands_out(rest: Volume, points: Points, direction: Vector, radius_mm: float) -> Array:
    """Whether there is a filled core and an empty ring about each point, over a few millimetres along a direction."""
    if not len(points):
        return np.zeros(0, bool)
    around = spokes(direction)[::3]
    core = CORE_MM[:, None, None] * direction + 0.5 * radius_mm * around
    ring = RING_MM[:, None, None] * direction + (radius_mm + RING_GAP_MM) * around
    filled = _share(rest, points, core.reshape(-1, 3))
    crowded = _share(rest, points, ring.reshape(-1, 3))
    return (filled >= CORE) & (crowded <= RING)


def _share(rest: Volume, points: Points, offsets: Points) -> Array:
    values = rest.sample((points[:, None] + offsets).reshape(-1, 3), 0.0).reshape(len(points), len(offsets))
    return np.asarray((values > 0.5).mean(axis=1))


def cone(direction: Vector) -> Array:
    """A direction and two rings of others around it (19, 3), 8° apart."""
    around = spokes(direction)
    rings = [(8.0, around[::4]), (16.0, around[::2])]
    tilted = [np.cos(np.radians(a)) * direction + np.sin(np.radians(a)) * ring for a, ring in rings]
    return np.concatenate([direction[None], *tilted])
