"""Exhaustive search: every entry point times every direction, each marched through a distance grid until it must stop.

The margin to the nearest danger changes by at most 1 mm per mm along the line, so a step as long as the margin cannot
jump over a violation (sphere tracing: Hart, The Visual Computer 12:527, 1996). At each stop the screw that would end
there is scored; the best stop of a line is its candidate.
"""

from typing import NamedTuple

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.screws.capsules import Capsules
from hemipelvis.screws.head_seat import Seat, back_to_head
from hemipelvis.screws.segment_distance import nearest_capsule

LEAST_HU, MOST_HU = -200, 1500  # beyond them a voxel is artefact or metal
ROUNDING = 1e-6
SHORTEST_STEP_MM, LONGEST_STEP_MM = 0.3, 2.0
FEASIBLE, SEAT, DIRECTION, BONE, NERVES, TUNNELS, DRIVER = range(7)


class Terrain(NamedTuple):
    """What a screw runs through, on one grid (z, y, x) with `origin` and `spacing` (x, y, z).

    room: float32, mm from the nearest boundary of bone or nerve less the margin to be kept there; nerve: uint8, 1
    where that boundary is canal or foramen; hu: int16. obstacles: float32 distance to whatever bars the driver, on
    its own coarser grid.
    """

    room: Array
    nerve: Array
    hu: Array
    origin: Array
    spacing: Array
    obstacles: Array
    obstacles_origin: Array
    obstacles_spacing: Array


class Rules(NamedTuple):
    """Limits and weights of one search; mm, unit vectors. `score.py` says what the weights mean."""

    radius_mm: float
    clearance_mm: float
    least_mm: float
    shortest_mm: float
    longest_mm: float
    length_step_mm: float
    driver_mm: float
    driver_reach_mm: float
    up: Array
    least_rise: float
    wish: Array
    widest_cos: float
    w_purchase: float
    most_purchase: float
    w_density: float
    w_clearance: float
    w_direction: float


@compiled
def look_up(grid: Array, origin: Array, spacing: Array, px: float, py: float, pz: float, outside: float) -> float:
    """Trilinear value of a grid (z, y, x) at a point; `outside` beyond it. Scalars: arrays here would be allocated."""
    x, y, z = (px - origin[0]) / spacing[0], (py - origin[1]) / spacing[1], (pz - origin[2]) / spacing[2]
    nz, ny, nx = grid.shape
    if not (x >= 0 and y >= 0 and z >= 0 and x < nx - 1 and y < ny - 1 and z < nz - 1):
        return outside
    i, j, k = int(x), int(y), int(z)
    a, b, c = x - i, y - j, z - k
    low = (grid[k, j, i] * (1 - a) + grid[k, j, i + 1] * a) * (1 - b) + (
        grid[k, j + 1, i] * (1 - a) + grid[k, j + 1, i + 1] * a
    ) * b
    high = (grid[k + 1, j, i] * (1 - a) + grid[k + 1, j, i + 1] * a) * (1 - b) + (
        grid[k + 1, j + 1, i] * (1 - a) + grid[k + 1, j + 1, i + 1] * a
    ) * b
    return low * (1 - c) + high * c


@compiled
def _node(terrain: Terrain, px: float, py: float, pz: float) -> tuple[int, int, int]:
    nz, ny, nx = terrain.room.shape
    i = int(np.rint((px - terrain.origin[0]) / terrain.spacing[0]))
    j = int(np.rint((py - terrain.origin[1]) / terrain.spacing[1]))
    k = int(np.rint((pz - terrain.origin[2]) / terrain.spacing[2]))
    return min(max(k, 0), nz - 1), min(max(j, 0), ny - 1), min(max(i, 0), nx - 1)


@compiled
def near_capsule(px: float, py: float, pz: float, tunnels: Capsules) -> float:
    """Distance, mm, of a point from the surface of the nearest capsule; infinite when there are none."""
    best = np.inf
    for k in range(tunnels.radii.shape[0]):
        ax, ay, az = tunnels.starts[k, 0], tunnels.starts[k, 1], tunnels.starts[k, 2]
        dx, dy, dz = tunnels.ends[k, 0] - ax, tunnels.ends[k, 1] - ay, tunnels.ends[k, 2] - az
        ax, ay, az = px - ax, py - ay, pz - az
        length = dx * dx + dy * dy + dz * dz
        t = min(max((ax * dx + ay * dy + az * dz) / length, 0.0), 1.0) if length > 0 else 0.0
        ax, ay, az = ax - t * dx, ay - t * dy, az - t * dz
        best = min(best, np.sqrt(ax * ax + ay * ay + az * az) - tunnels.radii[k])
    return best


@compiled
def driver_free(terrain: Terrain, head: Array, direction: Array, driver_mm: float, reach_mm: float) -> float:
    """Length, mm, at most `reach_mm`, over which a driver of `driver_mm` radius behind the head meets no bone.

    The first `driver_mm` belong to the head's own recess.
    """
    s = driver_mm
    while s < reach_mm:
        x, y, z = head[0] - s * direction[0], head[1] - s * direction[1], head[2] - s * direction[2]
        gap = look_up(terrain.obstacles, terrain.obstacles_origin, terrain.obstacles_spacing, x, y, z, 1e3) - driver_mm
        if gap < 0:
            return s
        s += max(gap, 1.0)
    return reach_mm


@compiled
def _score(rules: Rules, depth: float, hu: float, margin: float, slant: float) -> float:
    return (
        min(rules.w_purchase * depth * 2 * rules.radius_mm, rules.most_purchase)
        + rules.w_density * hu
        + rules.w_clearance * min(margin, 3.0)
        + rules.w_direction * slant
    )


@compiled
def _run(
    terrain: Terrain, rules: Rules, tunnels: Capsules, start: Array, direction: Array, back: float
) -> tuple[float, float, int]:
    """Best score, its depth below the face, and what stopped the line."""
    best, best_depth, s, hu_mm, margin, stop = -1.0, 0.0, 0.0, 0.0, np.inf, FEASIBLE
    dx, dy, dz = direction[0], direction[1], direction[2]
    slant = 1 - np.arccos(min(1.0, (direction * rules.wish).sum())) / np.arccos(rules.widest_cos)
    while s <= rules.longest_mm - back + ROUNDING:
        x, y, z = start[0] + s * dx, start[1] + s * dy, start[2] + s * dz
        bone = look_up(terrain.room, terrain.origin, terrain.spacing, x, y, z, -1e3) - rules.radius_mm
        tunnel = near_capsule(x, y, z, tunnels) - rules.radius_mm - rules.clearance_mm if bone >= 0 else np.inf
        here = min(bone, tunnel)
        if here < 0:
            stop = TUNNELS if tunnel < bone else (NERVES if terrain.nerve[_node(terrain, x, y, z)] else BONE)
            break
        margin = min(margin, here)
        over = back + s - rules.shortest_mm
        steps = np.floor(over / rules.length_step_mm + ROUNDING) if rules.length_step_mm > 0 else 0.0
        depth = rules.shortest_mm + steps * rules.length_step_mm - back if rules.length_step_mm > 0 else s
        if over >= -ROUNDING and depth >= rules.least_mm:
            score = _score(rules, depth, hu_mm / s, margin, slant)
            if score > best:
                best, best_depth = score, depth
        step = min(max(here, SHORTEST_STEP_MM), LONGEST_STEP_MM)
        if 0 < rules.longest_mm - back - s < step:  # the longest screw is tried as well
            step = rules.longest_mm - back - s
        middle = _node(terrain, x + 0.5 * step * dx, y + 0.5 * step * dy, z + 0.5 * step * dz)
        hu_mm += step * min(max(terrain.hu[middle], LEAST_HU), MOST_HU)
        s += step
    return best, best_depth, stop


@compiled
def _entry_verdict(
    terrain: Terrain, rules: Rules, tunnels: Capsules, start: Array, direction: Array, back: float
) -> int:
    """What forbids the entry alone: the head's place, the bone at the face, old metal beside the way to it."""
    if back < 0:
        return SEAT
    if look_up(terrain.room, terrain.origin, terrain.spacing, start[0], start[1], start[2], -1e3) < rules.radius_mm:
        return BONE
    near = nearest_capsule(start - back * direction, start, tunnels.starts, tunnels.ends, tunnels.radii)
    return TUNNELS if near < rules.radius_mm + rules.clearance_mm else FEASIBLE


@compiled
def _judge(
    terrain: Terrain, rules: Rules, seat: Seat, tunnels: Capsules, start: Array, direction: Array
) -> tuple[float, float, int]:
    if (direction * rules.up).sum() < rules.least_rise or (direction * rules.wish).sum() < rules.widest_cos:
        return -1.0, 0.0, DIRECTION
    back = back_to_head(seat, start, direction)
    verdict = _entry_verdict(terrain, rules, tunnels, start, direction, back)
    if verdict != FEASIBLE:
        return -1.0, 0.0, verdict
    score, depth, stop = _run(terrain, rules, tunnels, start, direction, back)
    if score < 0:
        return -1.0, 0.0, stop if stop != FEASIBLE else SEAT
    head = start - back * direction
    free = driver_free(terrain, head, direction, rules.driver_mm, rules.driver_reach_mm)
    if free < rules.driver_reach_mm:
        return -1.0, 0.0, DRIVER
    return score, depth, FEASIBLE


@compiled_parallel
def march(
    terrain: Terrain, rules: Rules, seat: Seat, tunnels: Capsules, starts: Array, aims: Array, converge: bool
) -> tuple[Array, Array, Array]:
    """Scores (n, m) float32 (−1 where infeasible), depths (n, m) float32 mm below the face, verdicts (n, m) uint8.

    starts (n, 3): points on the interface; aims (m, 3): unit directions, or the points the lines come from when
    `converge` is set.
    """
    n, m = starts.shape[0], aims.shape[0]
    scores = np.full((n, m), -1.0, np.float32)
    depths = np.zeros((n, m), np.float32)
    verdicts = np.zeros((n, m), np.uint8)
    for i in prange(n):
        for j in range(m):
            direction = aims[j]
            if converge:
                direction = starts[i] - aims[j]
                direction = direction / np.sqrt((direction * direction).sum())
            score, depth, verdict = _judge(terrain, rules, seat, tunnels, starts[i], direction)
            scores[i, j], depths[i, j], verdicts[i, j] = score, depth, verdict
    return scores, depths, verdicts


@compiled_parallel
def march_lines(
    terrain: Terrain, rules: Rules, seat: Seat, tunnels: Capsules, starts: Array, directions: Array
) -> tuple[Array, Array, Array]:
    """The same (n,) for single lines, each from its point of the interface in its unit direction (n, 3)."""
    n = starts.shape[0]
    scores, depths, verdicts = np.full(n, -1.0, np.float32), np.zeros(n, np.float32), np.zeros(n, np.uint8)
    for i in prange(n):
        score, depth, verdict = _judge(terrain, rules, seat, tunnels, starts[i], directions[i])
        scores[i], depths[i], verdicts[i] = score, depth, verdict
    return scores, depths, verdicts
