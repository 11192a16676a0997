"""Round sections swept along many short segments: `field.sweep`, compiled, for bones built of dozens of them."""

from typing import Any

import numpy as np
from numba import prange

from hemipelvis.arrays import Array, Distances, Points
from hemipelvis.compiled import compiled_parallel
from hemipelvis.field import Field


def chain(rows: Any) -> Field:
    """The solid swept by a ball along rows of x, y, z, radius (mm), radii linear between rows."""
    table = np.array(rows, float)
    return Field(lambda p: _distance(np.ascontiguousarray(p, dtype=np.float64), table))


@compiled_parallel
def _distance(points: Points, table: Array) -> Distances:
    out = np.empty(points.shape[0])
    for n in prange(points.shape[0]):
        best = np.inf
        for s in range(table.shape[0] - 1):
            ax, ay, az = points[n, 0] - table[s, 0], points[n, 1] - table[s, 1], points[n, 2] - table[s, 2]
            dx, dy, dz = (
                table[s + 1, 0] - table[s, 0],
                table[s + 1, 1] - table[s, 1],
                table[s + 1, 2] - table[s, 2],
            )
            t = min(max((ax * dx + ay * dy + az * dz) / (dx * dx + dy * dy + dz * dz), 0.0), 1.0)
            gap = np.sqrt((ax - t * dx) ** 2 + (ay - t * dy) ** 2 + (az - t * dz) ** 2)
            best = min(best, gap - (table[s, 3] + t * (table[s + 1, 3] - table[s, 3])))
        out[n] = best
    return out
