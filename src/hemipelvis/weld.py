"""Which float32 points have the very same coordinates, for many millions of them, block by block in bounded memory."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, inlined

FREE = -1
FULLEST = 0.5
"""Share of the table that may be taken: more, and probing runs slow (Knuth 1998, section 6.4)."""
LEAST_TABLE = 1 << 12


def weld(points: Array) -> tuple[Array, Array]:
    """First index of each distinct point in order of appearance, and each point's place in that list.

    points (n, 3) float32; −0 counts as 0. Returns (first (k,), inverse (n,)).
    """
    distinct, inverse = weld_blocks([points], len(points))
    first = np.empty(len(distinct), np.int64)
    first[inverse[::-1]] = np.arange(len(points) - 1, -1, -1)
    return first, inverse


def weld_blocks(blocks: Iterable[Array], count: int) -> tuple[Array, Array]:
    """Distinct points (k, 3) float32 in order of appearance, and the place (count,) of each of `count` points in them.

    blocks: of points (n, 3), float32, one after the other; only one is held at a time.
    """
    table, points = np.full(LEAST_TABLE, FREE, np.int32), np.empty((0, 3), np.uint32)
    inverse, done, used = np.empty(count, np.int32), 0, 0
    for block in blocks:
        bits = np.ascontiguousarray(block + np.float32(0), np.float32).view(np.uint32)
        points = _with_room(points, used, used + len(bits))
        while used + len(bits) > FULLEST * len(table) and _count_new(bits, points, table) + used > FULLEST * len(table):
            table = _rehashed(points, used, 2 * len(table))
        used = _insert(bits, points, table, used, inverse[done : done + len(bits)])
        done += len(bits)
    return points[:used].view(np.float32), inverse


def _with_room(points: Array, used: int, wanted: int) -> Array:
    if wanted <= len(points):
        return points
    larger = np.empty((max(wanted, len(points) * 5 // 4), 3), np.uint32)
    larger[:used] = points[:used]
    return larger


def _rehashed(points: Array, used: int, size: int) -> Array:
    table = np.full(size, FREE, np.int32)
    _fill(points, used, table)
    return table


@inlined
def _slot(x: int, y: int, z: int, points: Array, table: Array) -> int:
    """Where a point stands in the table, or the free place it would take (linear probing).

    The hash mixes all bits by multiplication and shift (Steele, Lea and Flood 2014, “SplitMix”).
    """
    h = np.uint64(x) * np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(y) * np.uint64(0xC2B2AE3D27D4EB4F)
    h ^= np.uint64(z) * np.uint64(0x165667B19E3779F9)
    h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    last = np.uint64(len(table) - 1)
    at: Any = np.int64((h ^ (h >> np.uint64(31))) & last)
    while True:
        found = table[at]
        if found == FREE or (points[found, 0] == x and points[found, 1] == y and points[found, 2] == z):
            return at
        at = (at + 1) & np.int64(last)


@compiled
def _fill(points: Array, used: int, table: Array) -> None:
    for n in range(used):
        table[_slot(points[n, 0], points[n, 1], points[n, 2], points, table)] = n


@compiled
def _count_new(bits: Array, points: Array, table: Array) -> int:
    """Points that are not in the table yet, doubles among themselves counted again."""
    new = 0
    for n in range(len(bits)):
        new += table[_slot(bits[n, 0], bits[n, 1], bits[n, 2], points, table)] == FREE
    return new


@compiled
def _insert(bits: Array, points: Array, table: Array, used: int, inverse: Array) -> int:
    for n in range(len(bits)):
        x, y, z = bits[n, 0], bits[n, 1], bits[n, 2]
        at = _slot(x, y, z, points, table)
        if table[at] == FREE:
            table[at] = used
            points[used, 0], points[used, 1], points[used, 2] = x, y, z
            used += 1
        inverse[n] = table[at]
    return used
