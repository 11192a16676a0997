"""Which float32 points have the very same coordinates, for many millions of them."""

import numpy as np

from hemipelvis.arrays import Array


def weld(points: Array) -> tuple[Array, Array]:
    """First index of each distinct point in order of coordinates' bits, and each point's place in that list.

    points (n, 3) float32; −0 counts as 0. Returns (first (k,), inverse (n,)) as numpy's `unique` would, by sorting
    integers instead of rows.
    """
    bits = np.ascontiguousarray(points + np.float32(0), np.float32).view(np.uint32)
    high = bits[:, 0].astype(np.uint64) << np.uint64(32) | bits[:, 1]
    order = np.lexsort((bits[:, 2], high))
    changes = np.ones(len(points), bool)
    changes[1:] = (high[order[1:]] != high[order[:-1]]) | (bits[order[1:], 2] != bits[order[:-1], 2])
    inverse = np.empty(len(points), np.int32)
    inverse[order] = np.cumsum(changes, dtype=np.int32) - 1
    return order[changes], inverse
