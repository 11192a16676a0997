"""Candidates of a host put together, and thinned so that their best set can be searched whole."""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array

POOL = 12_000  # candidates that a best set is sought among
FINEST_MM, FINEST_DEG = 0.5, 1.0  # cells of bone points and directions to begin with
COARSER = 1.25
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


def together(pools: list[Pool]) -> Pool:
    """Candidates of several diameters as one pool, best first. At least one pool."""
    whole = Pool(*(np.concatenate([getattr(p, n) for p in pools]) for n in Pool.__dataclass_fields__))
    return whole.take(np.argsort(-whole.scores, kind="stable"))


def thinned(pool: Pool, size: int = POOL) -> Pool:
    """All of a pool, best first; of more than `size` the best of every cell of bone point, direction and diameter.

    Cells grow until there are no more than `size`: what is lost has a like one, as good or better, beside it.
    """
    pool, coarse = pool.take(np.argsort(-pool.scores, kind="stable")), 1.0
    while len(pool) > size:
        pool, coarse = _best_of_cells(pool, coarse), coarse * COARSER
    return pool


def _best_of_cells(pool: Pool, coarse: float) -> Pool:
    apart = (pool.points - pool.points.mean(axis=0)) / (FINEST_MM * coarse)
    turned = pool.directions / (np.radians(FINEST_DEG) * coarse)
    cells = np.column_stack([np.rint(apart), np.rint(turned), np.rint(pool.diameters * 4)]).astype(np.int64)
    _, first = np.unique(cells, axis=0, return_index=True)
    return pool.take(np.sort(first))
