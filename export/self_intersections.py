"""Triangles that run through one another: a tree of boxes over blocks of triangles, then edge against triangle.

Blocks are runs of a Morton order (Lauterbach et al. 2009), the tree over them is implicit, so that tens of millions
of triangles need some bytes each. An edge crosses a triangle when the signs of five volumes say so (Segura and Feito
2001); a sign within rounding error of zero counts as none. Triangles that only touch, or overlap in one plane, are
therefore not counted; those that cross anywhere else are.
"""

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel, inlined, minus

BLOCK = 8
ROUNDING = 1e-15
"""Of a 3 × 3 determinant of exact differences in double precision, per its permanent (Shewchuk 1997: 7.8e-16)."""
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
                if not hit[f - first] and not _apart(box, mine[f - first]) and _cross(v, faces[f], faces[g]):
                    hit[f - first] = True


@inlined
def _box(v: Array, face: Array, out: Array) -> None:
    for axis in range(3):
        a, b, c = v[face[0], axis], v[face[1], axis], v[face[2], axis]
        out[axis], out[3 + axis] = min(a, b, c), max(a, b, c)


@inlined
def _cross(v: Array, f: Array, g: Array) -> bool:
    """Whether two triangles that share one corner at most cross; those that share an edge can only fold."""
    shared, mine, yours = 0, -1, -1
    for i in range(3):
        for j in range(3):
            if f[i] == g[j]:
                shared += 1
                mine, yours = i, j
    if shared > 1:
        return False
    mine_sides = _sides(v, g, f)
    if _on_one_side(mine_sides):
        return False
    your_sides = _sides(v, f, g)
    if _on_one_side(your_sides):
        return False
    return _pierces(v, f, mine_sides, g, mine) or _pierces(v, g, your_sides, f, yours)


@inlined
def _sides(v: Array, plane: Array, face: Array) -> tuple[int, int, int]:
    """On which side of a triangle's plane another's corners lie."""
    a, b, c = v[plane[0]], v[plane[1]], v[plane[2]]
    return _side(a, b, c, v[face[0]]), _side(a, b, c, v[face[1]]), _side(a, b, c, v[face[2]])


@inlined
def _on_one_side(sides: tuple[int, int, int]) -> bool:
    """Whether no edge goes through the plane, and the triangle does not lie in it: neither pierces the other then."""
    least, most = min(sides[0], sides[1], sides[2]), max(sides[0], sides[1], sides[2])
    return (least >= 0 or most <= 0) and least | most != 0


@compiled
def _pierces(v: Array, f: Array, sides: tuple[int, int, int], g: Array, opposite: int) -> bool:
    """Whether the inside of an edge of f goes through the inside of g; of all its edges, or of one if they share a
    corner: the edge opposite to it. sides: on which of g's f's corners lie.
    """
    for i in range(3):
        here, there = (i + 1) % 3, (i + 2) % 3
        if sides[here] * sides[there] < 0 and (opposite < 0 or i == opposite):
            p, q, a, b, c = v[f[here]], v[f[there]], v[g[0]], v[g[1]], v[g[2]]
            one, two, three = _side(p, q, a, b), _side(p, q, b, c), _side(p, q, c, a)
            if one != 0 and one == two and two == three:
                return True
    return False


@inlined
def _side(a: Array, b: Array, c: Array, d: Array) -> int:
    """Sign of the volume of a tetrahedron, 0 where rounding could have turned it."""
    ax, ay, az = minus(a, d)
    bx, by, bz = minus(b, d)
    cx, cy, cz = minus(c, d)
    m, n, o = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
    volume = ax * m + ay * n + az * o
    size = (
        abs(ax) * (abs(by * cz) + abs(bz * cy))
        + abs(ay) * (abs(bz * cx) + abs(bx * cz))
        + abs(az) * (abs(bx * cy) + abs(by * cx))
    )
    if abs(volume) <= ROUNDING * size:
        return 0
    return 1 if volume > 0 else -1
