"""The best set of screws that do not meet, out of a pool of candidates: branch and bound over compatible sets.

A set's score is the sum of its screws' and a bonus for every pair that stands apart (screws/score.py). With candidates
sorted best first, no set that goes on with candidate c can beat its score so far + what the rest would have if each
were as good as c and every pair had the whole bonus: where that is no better than the best set known, the search turns
back (Land and Doig, Econometrica 28:497, 1960, doi.org/10.2307/1910129). So the answer is the best of the pool, and
"none" means there is none, unless `whole` says that the steps ran out first.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled
from hemipelvis.screws.compatible import keep_clear, rods
from hemipelvis.screws.select_jointly import Pool

STEPS = 100_000_000  # a few seconds


class BestSet(NamedTuple):
    """indices: of the best set, or of the best of as many as fit. whole: every set was looked at or ruled out."""

    indices: list[int]
    whole: bool


def best_sets(
    pool: Pool, counts: tuple[int, ...], clearance_mm: float, spread: float, radius_mm: float
) -> tuple[BestSet, ...]:
    """For each count the best so many candidates of a pool, `clearance_mm` apart edge to edge; fewer where fewer fit.

    spread: bonus of a pair whose bone points are `radius_mm` apart or more; less in proportion.
    """
    order, n = np.argsort(-pool.scores, kind="stable"), len(pool)
    ranked = pool.take(order)
    fits, known = np.zeros((n, (n + 63) // 64), np.uint64), np.zeros(n, np.bool_)
    rod, single = rods(ranked), ranked.scores.astype(float)

    def of_size(size: int) -> tuple[Array, int]:
        return _search(fits, known, rod, clearance_mm, single, ranked.points, spread, radius_mm, size, STEPS)

    return tuple(_as_many(of_size, min(count, n), order) for count in counts)


def _as_many(of_size: Callable[[int], tuple[Array, int]], count: int, order: Array) -> BestSet:
    whole = True
    for size in range(count, 0, -1):
        found, left = of_size(size)
        whole &= left > 0
        if found[0] >= 0:
            return BestSet([int(order[i]) for i in found], whole)
    return BestSet([], whole)


@compiled
def _search(
    fits: Array, known: Array, rod: tuple[Array, Array, Array, Array], clearance: float, single: Array, points: Array,
    spread: float, radius: float, size: int, steps: int,
) -> tuple[Array, int]:  # fmt: skip
    """Indices of the best set, −1 where there is none; and the steps left over.

    fits: bit j % 64 of word j // 64 of row i is set where i and j > i keep clear; rows are filled in as they are
    needed, and then `known`.
    """
    n, words = fits.shape
    open_ = np.zeros((size, words), np.uint64)
    for c in range(n):
        open_[0, c // 64] |= np.uint64(1) << np.uint64(c % 64)
    next_, picked, score = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size + 1)
    chosen, best, level = np.full(size, -1), -np.inf, 0
    while level >= 0 and steps > 0:
        steps -= 1
        c, rest = _first_from(open_[level], next_[level], n), size - level
        pairs = level * rest + rest * (rest - 1) / 2
        if c < 0 or score[level] + rest * single[c] + spread * pairs <= best:
            level -= 1
            continue
        next_[level], picked[level] = c + 1, c
        score[level + 1] = score[level] + single[c] + spread * _apart(points, picked[:level], c, radius)
        if rest > 1:
            _learn(fits, known, rod, clearance, c)
            level += 1
            next_[level] = c + 1
            for w in range(c // 64, words):
                open_[level, w] = open_[level - 1, w] & fits[c, w]
        elif score[size] > best:
            best = score[size]
            chosen[:] = picked
    return chosen, steps


@compiled
def _learn(fits: Array, known: Array, rod: tuple[Array, Array, Array, Array], clearance: float, i: int) -> None:
    """Fill in row i, unless it is known."""
    if known[i]:
        return
    heads, tips, wide, caps = rod
    for j in range(i + 1, fits.shape[0]):
        if keep_clear(heads, tips, wide, caps, i, heads, tips, wide, caps, j, clearance):
            fits[i, j // 64] |= np.uint64(1) << np.uint64(j % 64)
    known[i] = True


@compiled
def _apart(points: Array, others: Array, c: int, radius: float) -> float:
    """Distances of a bone point from others, in radii, at most 1 each, summed."""
    total = 0.0
    for k in range(others.shape[0]):
        d = points[others[k]] - points[c]
        total += min(np.sqrt((d * d).sum()) / radius, 1.0)
    return total


@compiled
def _first_from(row: Array, start: int, n: int) -> int:
    """The first set bit at or after `start`; −1 where none is set below `n`."""
    i = start
    while i < n:
        rest = row[i // 64] >> np.uint64(i % 64)
        if rest != 0:
            return i + _zeros_below(rest)
        i = (i // 64 + 1) * 64
    return -1


@compiled
def _zeros_below(word: int) -> int:
    """How many zeros end a word that is not 0, by halving."""
    count, rest = 0, np.uint64(word)
    for half in (32, 16, 8, 4, 2, 1):
        if rest & ((np.uint64(1) << np.uint64(half)) - np.uint64(1)) == 0:
            rest >>= np.uint64(half)
            count += half
    return count
