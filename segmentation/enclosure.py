"""How enclosed by bone each voxel lies: the share of straight lines through it that meet bone on both sides.

Marrow is enclosed along nearly every line, although the cortex may leak here and there; soft tissue beside a bone or
in a foramen is not. The lines are those of the 26 neighbours; each is swept once forward and once backward.
"""

from itertools import product

import numpy as np
from numba import prange

from hemipelvis.arrays import Array, Mask
from hemipelvis.compiled import compiled_parallel
from hemipelvis.segmentation.untyped import ndimage

LINES = tuple((k, j, i) for k, j, i in product((-1, 0, 1), repeat=3) if (k, j, i) > (0, 0, 0))
"""The 13 directions (z, y, x), one of each opposite pair."""


def enclosure(bone: Mask, pitch_mm: float, reach_mm: float) -> Array:
    """Share in [0, 1] (float32, z y x) of the 13 lines that meet bone within reach both ways; 1 in bone itself.

    The grid is isotropic. A bone that the grid's first or last slice cuts counts as capped there.
    """
    capped = _capped(bone)
    count = np.zeros(capped.shape, np.uint8)
    for line in LINES:
        reach = max(1, round(reach_mm / pitch_mm / float(np.linalg.norm(line))))
        ahead = _met(capped, line, reach)
        count += ahead & _met(capped, (-line[0], -line[1], -line[2]), reach)
    share: Array = np.where(capped, 1, count / np.float32(len(LINES))).astype(np.float32)
    return share[1:-1]


def _capped(bone: Mask) -> Mask:
    """One more slice at either end: the cut bone's section, filled."""
    first, last = (ndimage.binary_fill_holes(bone[end]) for end in (0, -1))
    return np.concatenate([first[None], bone, last[None]])


def _met(bone: Mask, step: tuple[int, int, int], reach: int) -> Mask:
    """Where bone is met within `reach` steps (z, y, x): one sweep from the far end, one step more at each voxel.

    The sweep runs along the first axis in which the line advances; slabs across it depend on one another, lines in a
    slab do not.
    """
    axis = next(a for a in range(3) if step[a] != 0)
    order = (axis, *(a for a in range(3) if a != axis))
    first, second, third = (step[a] for a in order)
    out = np.empty(bone.shape, bool)
    turned = out.transpose(order)
    _sweep(np.ascontiguousarray(bone.transpose(order)), first, second, third, reach, turned)
    return out


@compiled_parallel
def _sweep(bone: Mask, first: int, second: int, third: int, reach: int, out: Mask) -> None:
    n, rows, columns = bone.shape
    far = np.full((2, rows, columns), reach + 1, np.int32)
    for count in range(n):
        k = n - 1 - count if first > 0 else count
        now, before = count % 2, (count + 1) % 2
        for row in prange(rows):
            j = np.int64(row) + second
            for i in range(columns):
                x = i + third
                steps = reach + 1
                if count > 0 and 0 <= j < rows and 0 <= x < columns:
                    steps = 1 if bone[k + first, j, x] else far[before, j, x] + 1
                far[now, row, i] = steps
                out[k, row, i] = steps <= reach
