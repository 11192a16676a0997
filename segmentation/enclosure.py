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

LINES = tuple(d for d in product((-1, 0, 1), repeat=3) if d > (0, 0, 0))
"""The 13 directions (z, y, x), one of each opposite pair."""


def enclosure(bone: Mask, pitch_mm: float, reach_mm: float) -> Array:
    """Share in [0, 1] (float32, z y x) of the 13 lines that meet bone within reach both ways; 1 in bone itself.

    The grid is isotropic. A bone that the grid's first or last slice cuts counts as capped there.
    """
    capped = _capped(bone)
    count = np.zeros(capped.shape, np.uint8)
    for line in LINES:
        reach = max(1, round(reach_mm / pitch_mm / float(np.linalg.norm(line))))
        ahead = _met(capped, np.array(line, np.int64), reach)
        count += ahead & _met(capped, -np.array(line, np.int64), reach)
    share: Array = np.where(capped, 1, count / np.float32(len(LINES))).astype(np.float32)
    return share[1:-1]


def _capped(bone: Mask) -> Mask:
    """One more slice at either end: the cut bone's section, filled."""
    first, last = (ndimage.binary_fill_holes(bone[end]) for end in (0, -1))
    return np.concatenate([first[None], bone, last[None]])


@compiled_parallel
def _met(bone: Mask, step: Array, reach: int) -> Mask:
    """Where bone is met within `reach` steps (z, y, x)."""
    nz, ny, nx = bone.shape
    out = np.zeros(bone.shape, np.bool_)
    for column in prange(ny):
        j = np.int64(column)
        for k in range(nz):
            for i in range(nx):
                z, y, x = k, j, i
                for _ in range(reach):
                    z, y, x = z + step[0], y + step[1], x + step[2]
                    if z < 0 or y < 0 or x < 0 or z >= nz or y >= ny or x >= nx:
                        break
                    if bone[z, y, x]:
                        out[k, j, i] = True
                        break
    return out
