"""Which candidate screws can stand beside one another: shafts clear of each other, and metal between the heads."""

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.screws.segment_distance import segment_to_segment
from hemipelvis.screws.select_jointly import HEAD_GAP_MM, Pool


def compatible(a: Pool, b: Pool, clearance_mm: float) -> Array:
    """Whether screw i of one pool and j of another (n, m) keep clear of each other, heads included."""
    return _table(*rods(a), *rods(b), clearance_mm)


def rods(pool: Pool) -> tuple[Array, Array, Array, Array]:
    """Heads and tips (n, 3), diameters and head diameters (n,) of a pool, laid out for compiled code."""
    a, b, c, d = (np.ascontiguousarray(a, float) for a in (pool.heads, pool.tips, pool.diameters, pool.head_diameters))
    return a, b, c, d


@compiled
def keep_clear(
    heads: Array, tips: Array, wide: Array, caps: Array, i: int,
    heads2: Array, tips2: Array, wide2: Array, caps2: Array, j: int, clearance: float,
) -> bool:  # fmt: skip
    """Whether rod i of one set and j of another stay `clearance` apart, their heads `HEAD_GAP_MM`."""
    x, y, z = heads[i, 0] - heads2[j, 0], heads[i, 1] - heads2[j, 1], heads[i, 2] - heads2[j, 2]
    if np.sqrt(x * x + y * y + z * z) < (caps[i] + caps2[j]) / 2 + HEAD_GAP_MM:
        return False
    return segment_to_segment(heads[i], tips[i], heads2[j], tips2[j]) >= (wide[i] + wide2[j]) / 2 + clearance


@compiled_parallel
def _table(
    heads: Array, tips: Array, wide: Array, caps: Array,
    heads2: Array, tips2: Array, wide2: Array, caps2: Array, clearance: float,
) -> Array:  # fmt: skip
    table = np.zeros((heads.shape[0], heads2.shape[0]), np.bool_)
    for i in prange(heads.shape[0]):
        for j in range(heads2.shape[0]):
            table[i, j] = keep_clear(heads, tips, wide, caps, i, heads2, tips2, wide2, caps2, j, clearance)
    return table
