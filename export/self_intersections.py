"""Triangles that run through one another: a tree of boxes over blocks of triangles, then edge against triangle.

Blocks are runs of a Morton order (Lauterbach et al. 2009), the tree over them is implicit, so that tens of millions
of triangles need some bytes each. `triangles_cross` says what counts.
"""

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel, inlined
from hemipelvis.triangles_cross import cross

BLOCK = 8
STACK = 128


def self_intersections(vertices: Array, faces: Array) -> int:
    """Number of triangles that cross a later one in Morton order; vertices (n, 3) mm, faces (m, 3), welded."""
    if not len(faces):
        return 0
    v = np.ascontiguousarray(vertices, np.float32)
    order = np.argsort(_codes(v, faces, v.min(axis=0), np.ptp(v, axis=0).max()), kind="stable").astype(np.int32)
    sorted_faces = faces[order]
    leaves = -(-len(faces) // BLOCK)
    width = 1 << max(leaves - 1, 0).bit_length()
    boxes = np.empty((2 * width, 6), np.float32)
    _leaf_boxes(v, sorted_faces, boxes, width)
    _inner_boxes(boxes, width)
    crossed = np.zeros(leaves, np.int32)
    _count_crossings(v, sorted_faces, boxes, width, crossed)
    return int(crossed.sum())


@compiled
def _spread(n: int) -> int:
    """Ten bits with two empty ones after each."""
    n = (n | n << 16) & 0x030000FF
    n = (n | n << 8) & 0x0300F00F
    n = (n | n << 4) & 0x030C30C3
    return (n | n << 2) & 0x09249249


@compiled
def _codes(v: Array, faces: Array, lower: Array, size: float) -> Array:
    codes = np.empty(len(faces), np.uint32)
    scale = 1023.0 / size if size > 0 else 0.0
    for f in range(len(faces)):
        code = 0
        for axis in range(3):
            middle = (v[faces[f, 0], axis] + v[faces[f, 1], axis] + v[faces[f, 2], axis]) / 3
            code |= _spread(int((middle - lower[axis]) * scale)) << axis
        codes[f] = code
    return codes


@compiled_parallel
def _leaf_boxes(v: Array, faces: Array, boxes: Array, width: int) -> None:
    for leaf in prange(width):
        box = boxes[width + leaf]
        box[:3], box[3:] = np.inf, -np.inf
        for f in range(leaf * BLOCK, min((leaf + 1) * BLOCK, len(faces))):
            for c in range(3):
                for axis in range(3):
                    box[axis] = min(box[axis], v[faces[f, c], axis])
                    box[3 + axis] = max(box[3 + axis], v[faces[f, c], axis])


@compiled
def _inner_boxes(boxes: Array, width: int) -> None:
    for n in range(width - 1, 0, -1):
        for axis in range(3):
            boxes[n, axis] = min(boxes[2 * n, axis], boxes[2 * n + 1, axis])
            boxes[n, 3 + axis] = max(boxes[2 * n, 3 + axis], boxes[2 * n + 1, 3 + axis])


@inlined
def _apart(a: Array, b: Array) -> bool:
    for axis in range(3):  # noqa: SIM110 (numba compiles no generator)
        if a[3 + axis] < b[axis] or b[3 + axis] < a[axis]:
            return True
    return False


@compiled_parallel
def _count_crossings(v: Array, faces: Array, boxes: Array, width: int, crossed: Array) -> None:
    for leaf in prange(len(crossed)):
        hit = np.zeros(BLOCK, np.bool_)
        mine = np.empty((BLOCK, 6), np.float32)
        for f in range(leaf * BLOCK, min((leaf + 1) * BLOCK, len(faces))):
            _box(v, faces[f], mine[f - leaf * BLOCK])
        stack = np.empty((STACK, 2), np.int64)
        stack[0, 0], stack[0, 1], size = 1, width, 1
        while size > 0:
            size -= 1
            node, span = stack[size, 0], stack[size, 1]
            if (node + 1) * span - 1 - width < leaf or _apart(boxes[node], boxes[width + leaf]):
                continue
            if span == 1:
                _test_blocks(v, faces, leaf, node - width, boxes[width + leaf], mine, hit)
            else:
                for child in range(2):
                    stack[size, 0], stack[size, 1] = 2 * node + child, span // 2
                    size += 1
        crossed[leaf] = hit.sum()


@inlined
def _test_blocks(v: Array, faces: Array, one: int, other: int, around: Array, mine: Array, hit: Array) -> None:
    """Marks triangles of block `one` that cross a later one of block `other`; around, mine: their boxes."""
    box = np.empty(6, np.float32)
    first, last = one * BLOCK, min((one + 1) * BLOCK, len(faces))
    for g in range(max(other * BLOCK, first + 1), min((other + 1) * BLOCK, len(faces))):
        _box(v, faces[g], box)
        if not _apart(box, around):
            for f in range(first, min(last, g)):
                if not hit[f - first] and not _apart(box, mine[f - first]) and cross(v, faces[f], faces[g]):
                    hit[f - first] = True


@inlined
def _box(v: Array, face: Array, out: Array) -> None:
    for axis in range(3):
        a, b, c = v[face[0], axis], v[face[1], axis], v[face[2], axis]
        out[axis], out[3 + axis] = min(a, b, c), max(a, b, c)
