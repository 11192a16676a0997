"""Which candidate screws can stand beside one another: shafts clear of each other, and metal between the heads."""

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.screws.segment_distance import segment_to_segment
from hemipelvis.screws.select_jointly import HEAD_GAP_MM, Pool


def compatible(a: Pool, b: Pool, clearance_mm: float) -> Array:
    """Whether screw i of one pool and j of another (n, m) keep clear of each other, heads included."""
    return _table(*_of(a), *_of(b), clearance_mm)


def compatible_bits(pool: Pool, clearance_mm: float) -> Array:
    """Whether screws i and j of a pool keep clear, for j > i only: bit j % 64 of word j // 64 of row i."""
    return _bits(*_of(pool), clearance_mm)


def _of(pool: Pool) -> tuple[Array, Array, Array, Array]:
    a, b, c, d = (np.ascontiguousarray(a, float) for a in (pool.heads, pool.tips, pool.diameters, pool.head_diameters))
    return a, b, c, d


@compiled
def _clear(
    heads: Array, tips: Array, wide: Array, caps: Array, i: int,
    heads2: Array, tips2: Array, wide2: Array, caps2: Array, j: int, clearance: float,
) -> bool:  # fmt: skip
    between = heads[i] - heads2[j]
    if np.sqrt((between * between).sum()) < (caps[i] + caps2[j]) / 2 + HEAD_GAP_MM:
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
            table[i, j] = _clear(heads, tips, wide, caps, i, heads2, tips2, wide2, caps2, j, clearance)
    return table


@compiled_parallel
def _bits(heads: Array, tips: Array, wide: Array, caps: Array, clearance: float) -> Array:
    n = heads.shape[0]
    bits = np.zeros((n, (n + 63) // 64), np.uint64)
    for k in prange(n):
        i = k // 2 if k % 2 == 0 else n - 1 - k // 2  # long rows beside short ones, so that threads share alike
        for j in range(i + 1, n):
            if _clear(heads, tips, wide, caps, i, heads, tips, wide, caps, j, clearance):
                bits[i, j // 64] |= np.uint64(1) << np.uint64(j % 64)
    return bits
