"""The widest straight corridor through a bone between two regions: where a screw has most bone all about it.

Every pair of ends is tried; a line is left as soon as it comes nearer to the surface than the best line of its start
(the distance changes by at most 1 mm per mm, so steps as long as what is spared miss nothing).
"""

from typing import NamedTuple

import numpy as np
from numba import prange

from hemipelvis.arrays import Array, Mask, Point, Points
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.errors import InputError
from hemipelvis.screws.march import look_up
from hemipelvis.screws.terrain import inside_distance
from hemipelvis.volume import Volume

STEP_MM = 0.5


class Corridor(NamedTuple):
    """A straight cylinder inside bone: ends of its axis (3,) LPS mm, and its radius."""

    start: Point
    end: Point
    radius_mm: float


def widest_corridor(bone: Volume, starts: Points, ends: Points, least_mm: float = 0.0) -> Corridor:
    """The widest of all lines from `starts` to `ends` (n, 3) and (m, 3) that are at least `least_mm` long.

    bone: bool. Raises InputError where no line stays inside.
    """
    room = inside_distance(np.asarray(bone.voxels, bool), bone.sampling).astype(np.float32)
    widths, which = _widest(
        room, np.array(bone.origin), np.array(bone.spacing), np.ascontiguousarray(starts, float),
        np.ascontiguousarray(ends, float), least_mm,
    )  # fmt: skip
    best = int(np.argmax(widths)) if len(widths) else 0
    if len(widths) == 0 or widths[best] <= 0:
        raise InputError(
            "no straight line inside the bone between its two ends",
            "a bone with a straight corridor",
            "look at the label map between them, or move the ends",
        )
    return Corridor(starts[best], ends[which[best]], float(widths[best]))


def spread_points(grid: Volume, mask: Mask, pitch_mm: float) -> Points:
    """Voxels of a mask, thinned to about one each `pitch_mm`."""
    step = tuple(max(round(pitch_mm / s), 1) for s in grid.sampling)
    thin = np.zeros_like(mask)
    thin[:: step[0], :: step[1], :: step[2]] = mask[:: step[0], :: step[1], :: step[2]]
    return grid.points_where(thin)


@compiled_parallel
def _widest(
    room: Array, origin: Array, spacing: Array, starts: Array, ends: Array, least: float
) -> tuple[Array, Array]:
    widths = np.zeros(starts.shape[0])
    which = np.zeros(starts.shape[0], np.int64)
    for i in prange(starts.shape[0]):
        for j in range(ends.shape[0]):
            width = _narrowest(room, origin, spacing, starts[i], ends[j], widths[i], least)
            if width > widths[i]:
                widths[i], which[i] = width, j
    return widths, which


@compiled
def _narrowest(
    room: Array, origin: Array, spacing: Array, start: Array, end: Array, beat: float, least: float
) -> float:
    """Least distance to the surface along a line; 0 as soon as it is no better than `beat`."""
    dx, dy, dz = end[0] - start[0], end[1] - start[1], end[2] - start[2]
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    if length < least or length == 0:
        return 0.0
    s, narrowest = 0.0, np.inf
    while s <= length:
        t = s / length
        here = look_up(room, origin, spacing, start[0] + t * dx, start[1] + t * dy, start[2] + t * dz, -1.0)
        narrowest = min(narrowest, here)
        if narrowest <= beat:
            return 0.0
        s += max(here - narrowest, STEP_MM)
    return narrowest
