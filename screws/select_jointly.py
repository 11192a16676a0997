"""The best set of screws that do not meet, out of a pool of good ones: a beam search over compatible sets."""

from dataclasses import dataclass

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled_parallel
from hemipelvis.screws.segment_distance import segment_to_segment

POOL = 700
PER_CELL = 4
CELL_MM = 2.5
BEAM = 3000
HEAD_GAP_MM = 1.0  # of implant left between two heads


@dataclass(frozen=True)
class Pool:
    """Candidates of one host: bone points, directions, heads, tips (n, 3), diameters, head diameters, scores (n,)."""

    points: Array
    directions: Array
    heads: Array
    tips: Array
    diameters: Array
    head_diameters: Array
    scores: Array

    def take(self, index: Array) -> "Pool":
        """Some of them."""
        return Pool(*(getattr(self, name)[index] for name in self.__dataclass_fields__))

    def __len__(self) -> int:
        return len(self.scores)


def thinned(pool: Pool, size: int = POOL) -> Pool:
    """The best few of every `CELL_MM` cell of bone points and diameter, best first, at most `size`."""
    if len(pool) == 0:
        return pool
    order = np.argsort(-pool.scores, kind="stable")
    relative = pool.points[order] - pool.points.mean(axis=0)
    cells = np.column_stack([np.rint(relative / CELL_MM), np.rint(pool.diameters[order] * 4)]).astype(int)
    _, name = np.unique(cells, axis=0, return_inverse=True)
    by_cell = np.argsort(name.ravel(), kind="stable")
    first = np.r_[True, np.diff(name.ravel()[by_cell]) > 0]
    rank = np.empty(len(order), int)
    rank[by_cell] = np.arange(len(order)) - np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    return pool.take(order[rank < PER_CELL][:size])


@compiled_parallel
def _gaps(a_heads: Array, a_tips: Array, b_heads: Array, b_tips: Array) -> Array:
    gaps = np.empty((a_heads.shape[0], b_heads.shape[0]))
    for i in prange(a_heads.shape[0]):
        for j in range(b_heads.shape[0]):
            gaps[i, j] = segment_to_segment(a_heads[i], a_tips[i], b_heads[j], b_tips[j])
    return gaps


def compatible(a: Pool, b: Pool, clearance_mm: float) -> Array:
    """Whether screw i of one pool and j of another (n, m) keep clear of each other, heads included."""
    rods = _gaps(a.heads, a.tips, b.heads, b.tips) >= np.add.outer(a.diameters, b.diameters) / 2 + clearance_mm
    apart = np.linalg.norm(a.heads[:, None] - b.heads[None], axis=2)
    return rods & (apart >= np.add.outer(a.head_diameters, b.head_diameters) / 2 + HEAD_GAP_MM)


def best_set(pool: Pool, count: int, clearance_mm: float, spread: float, radius_mm: float) -> list[int]:
    """Indices of the best set of `count`, or of as many as fit."""
    if len(pool) == 0 or count == 0:
        return []
    fits = compatible(pool, pool, clearance_mm)
    apart = np.linalg.norm(pool.points[:, None] - pool.points[None], axis=2)
    bonus = spread * np.minimum(apart / radius_mm, 1.0)
    sets, scores, allowed = np.arange(len(pool))[:, None], pool.scores.astype(float), fits
    for _ in range(count - 1):
        grown = _grow(sets, scores, allowed, pool.scores, bonus)
        if grown is None:
            break
        sets, scores = grown
        allowed = np.logical_and.reduce([fits[sets[:, k]] for k in range(sets.shape[1])])
    return [int(i) for i in sets[int(np.argmax(scores))]]


def _grow(sets: Array, scores: Array, allowed: Array, single: Array, bonus: Array) -> tuple[Array, Array] | None:
    """Every set extended by every later compatible screw; the best `BEAM` of them."""
    after = allowed & (np.arange(len(single)) > sets[:, -1:])
    which, new = np.nonzero(after)
    if len(which) == 0:
        return None
    gained = scores[which] + single[new] + sum(bonus[sets[which, k], new] for k in range(sets.shape[1]))
    best = np.argsort(-gained, kind="stable")[:BEAM]
    return np.column_stack([sets[which[best]], new[best]]), gained[best]
