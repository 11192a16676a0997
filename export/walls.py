"""Least wall and least gap of a body, from its field: a ray from each place of its surface to the surface opposite.

Only where the two faces look apart (the angle between their normals above 120°) is what lies between a wall or a gap;
elsewhere the ray cuts off an edge, which is as thin as one likes.
"""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array, Points
from hemipelvis.field import from_volume, outward_normals
from hemipelvis.isosurface import isosurface
from hemipelvis.volume import Volume

STEP_MM = 0.1
OPPOSITE = float(np.cos(np.radians(120)))
TRIED = 30_000


@dataclass(frozen=True)
class Widths:
    """Places (n, 3) on the surface and the width (n,) there, mm, infinite where nothing opposite lies in reach."""

    places: Points
    widths_mm: Array

    @property
    def least_mm(self) -> float:
        """The least width."""
        return float(self.widths_mm.min(initial=np.inf))


def widths(body: Volume, outside: bool, reach_mm: float = 6.0) -> Widths:
    """Walls of {body < 0}, or its gaps if `outside`; body: signed distances (mm, negative inside).

    Widths are met to about STEP_MM by linear interpolation between steps, if the body's grid resolves them.
    """
    places = isosurface(body).vertices
    places = places[:: max(1, len(places) // TRIED)]
    normals = outward_normals(body, places)
    ways = normals if outside else -normals
    field = from_volume(body)
    found, before = np.full(len(places), np.inf), np.full(len(places), -STEP_MM)
    sign = 1.0 if outside else -1.0
    for step in range(2, int(reach_mm / STEP_MM) + 1):
        open_ = np.flatnonzero(np.isinf(found))
        here = -sign * field(places[open_] + step * STEP_MM * ways[open_])
        hit = (here >= 0) & (before[open_] < 0)
        share = before[open_][hit] / (before[open_][hit] - here[hit])
        found[open_[hit]] = (step - 1 + share) * STEP_MM
        before[open_] = here
    return Widths(places, _opposite_only(body, places, normals, ways, found))


def _opposite_only(body: Volume, places: Points, normals: Array, ways: Array, found: Array) -> Array:
    hit = np.flatnonzero(np.isfinite(found))
    there = outward_normals(body, places[hit] + found[hit, None] * ways[hit])
    facing = np.einsum("ij,ij->i", normals[hit], there)
    out = np.full(len(found), np.inf)
    out[hit] = np.where(facing < OPPOSITE, found[hit], np.inf)
    return out
