"""The sharp rim where the envelope cuts a strut: its place in the faces of the cubes that it passes through.

Flat triangles from the one surface to the other would cut the rim off, a third of the metal of the cubes it runs in and
nearly a hundredth of a small part's. Where the surface in a face changes from the one to the other, the rim's place in
that face, both being zero, is one more vertex: so cubes on either side of it agree (as in the extended marching cubes
of Kobbelt et al. 2001 and the cubical marching squares of Ho et al. 2005, with both surfaces known instead of guessed
from normals). `crease_table` says how loops with such vertices are parted.
"""

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled_parallel, inlined
from hemipelvis.isosurface import CLAMP, TRIANGLES
from hemipelvis.lattice.cell_surface import NONE, refined
from hemipelvis.lattice.cut_cells import BOTH, OUTSIDE_ENVELOPE, OUTSIDE_METAL, metal_at, outer_at
from hemipelvis.lattice.to_rim import to_rim

ROUNDS = 3
"""Steps towards a rim's place, at most."""
SMALL = 0.02
"""Of a sample: after the second step, one this small is the last (the next would be a tenth of it)."""
NEAR = 0.05
"""How close to an edge by which the wedge may leave, of a sample, a rim counts as being there."""
TINY = 1e-12


@compiled_parallel
def number_creases(both: Array, outside: Array, cubes: Array, creases: Array, counts: Array) -> None:
    """Numbers (c, n, n, n, 3), uint16, of the creases in the faces across x, y, z above each node, after the cells'
    `counts` (c,) of vertices, which they are added to.
    """
    n = cubes.shape[1]
    for c in prange(len(cubes)):
        v, count = outside[c], counts[c]
        for k in range(n):
            for j in range(n):
                left = v[k, j, 0] | v[k, j + 1, 0] | v[k + 1, j, 0] | v[k + 1, j + 1, 0]
                for i in range(n):
                    creases[c, k, j, i, 0] = creases[c, k, j, i, 1] = creases[c, k, j, i, 2] = NONE
                    right = v[k, j, i + 1] | v[k, j + 1, i + 1] | v[k + 1, j, i + 1] | v[k + 1, j + 1, i + 1]
                    if left | right == BOTH and TRIANGLES[cubes[c, k, j, i]] > 0:
                        for axis in range(3):
                            if _has_crease(both[c], v, k, j, i, axis):
                                creases[c, k, j, i, axis] = count
                                count += 1
                    left = right
        counts[c] = count


@inlined
def _has_crease(both: Array, outside: Array, k: int, j: int, i: int, axis: int) -> bool:
    """Whether the face across `axis` above a node has one segment, from one surface to the other."""
    u, v = (axis + 1) % 3, (axis + 2) % 3
    uz, uy, ux, vz, vy, vx = u == 2, u == 1, u == 0, v == 2, v == 1, v == 0
    zs, ys, xs = (k, k + uz, k + uz + vz, k + vz), (j, j + uy, j + uy + vy, j + vy), (i, i + ux, i + ux + vx, i + vx)
    a, b, c, d = (
        outside[k, j, i],
        outside[zs[1], ys[1], xs[1]],
        outside[zs[2], ys[2], xs[2]],
        outside[zs[3], ys[3], xs[3]],
    )
    if a | b | c | d != BOTH or (a == 0) + (b == 0) + (c == 0) + (d == 0) in (0, 4):
        return False
    first, cuts, differ = 0, 0, False
    for corner in range(4):
        s, e = corner, (corner + 1) % 4
        if (outside[zs[s], ys[s], xs[s]] == 0) == (outside[zs[e], ys[e], xs[e]] == 0):
            continue
        if outside[zs[s], ys[s], xs[s]] != 0:
            s, e = e, s
        which = outside[zs[e], ys[e], xs[e]]
        if which == BOTH:
            outer = _share(both[0, zs[s], ys[s], xs[s]], both[0, zs[e], ys[e], xs[e]])
            metals = _share(both[1, zs[s], ys[s], xs[s]], both[1, zs[e], ys[e], xs[e]])
            which = OUTSIDE_ENVELOPE if outer < metals else OUTSIDE_METAL
        differ = cuts > 0 and which != first
        first = which
        cuts += 1
    return cuts == 2 and differ


@inlined
def _share(inside: float, outside: float) -> float:
    """How far towards the outer node one surface crosses an edge from a node inside of both; 2 if it does not."""
    return inside / (inside - outside) if outside >= 0 else 2.0


@inlined
def _corners(both: Array, k: int, j: int, i: int, axis: int, out: Array) -> None:
    """Values (2, 4) at the corners of the face across `axis` above a node, in turn: 00, 10, 11, 01 of the next axes."""
    u, v = (axis + 1) % 3, (axis + 2) % 3
    for corner in range(4):
        du, dv = _second(corner), corner > 1
        z, y, x = du * (u == 2) + dv * (v == 2), du * (u == 1) + dv * (v == 1), du * (u == 0) + dv * (v == 0)
        out[0, corner], out[1, corner] = both[0, k + z, j + y, i + x], both[1, k + z, j + y, i + x]


@inlined
def _both_at(
    envelope: Array, solid: Array, steps: Array, waves: Array, numbers: Array, corner: tuple[int, int, int],
    terms: int, node: tuple[int, int, int], axis: int, place: Array,
) -> tuple[float, float]:  # fmt: skip
    """Envelope's and metal's value at a place (2,) in the face across `axis` above a node."""
    u, v = (axis + 1) % 3, (axis + 2) % 3
    x = place[0] * (u == 0) + place[1] * (v == 0)
    y = place[0] * (u == 1) + place[1] * (v == 1)
    z = place[0] * (u == 2) + place[1] * (v == 2)
    outer = outer_at(envelope, steps, corner[0] + node[0] + x, corner[1] + node[1] + y, corner[2] + node[2] + z)
    return outer, metal_at(envelope, solid, steps, waves, numbers, corner, terms, node, x, y, z)


@compiled_parallel
def place_creases(
    envelope: Array, solid: Array, steps: Array, waves: Array, numbers: Array,
    cells: Array, terms: Array, both: Array, creases: Array, starts: Array, pitch: float, out: Array,
) -> None:  # fmt: skip
    """Vertices of the creases, nodes times `pitch`."""
    n = creases.shape[1]
    for c in prange(len(cells)):
        f, slope, place, step = np.empty((2, 4)), np.empty((2, 2)), np.empty(2), np.empty(2)
        corner = (cells[c, 0] * n, cells[c, 1] * n, cells[c, 2] * n)
        for k in range(n):
            for j in range(n):
                for i in range(n):
                    for axis in range(3):
                        if creases[c, k, j, i, axis] == NONE:
                            continue
                        at, node = starts[c] + creases[c, k, j, i, axis], (i, j, k)
                        _corners(both[c], k, j, i, axis, f)
                        _on_segment(f, place)
                        _seek(
                            envelope, solid, steps, waves, numbers, corner, terms[c], node, axis, f, slope, step, place
                        )
                        _settle(envelope, solid, steps, waves, numbers, corner, terms[c], node, axis, f, place)
                        u, v = (axis + 1) % 3, (axis + 2) % 3
                        out[at, 0] = (corner[0] + i + place[0] * (u == 0) + place[1] * (v == 0)) * pitch
                        out[at, 1] = (corner[1] + j + place[0] * (u == 1) + place[1] * (v == 1)) * pitch
                        out[at, 2] = (corner[2] + k + place[0] * (u == 2) + place[1] * (v == 2)) * pitch


@inlined
def _seek(
    envelope: Array, solid: Array, steps: Array, waves: Array, numbers: Array, corner: tuple[int, int, int],
    terms: int, node: tuple[int, int, int], axis: int, f: Array, slope: Array, step: Array, place: Array,
) -> None:  # fmt: skip
    """Move a place (2,) in a face to where both surfaces are zero, or as far as the face reaches."""
    last_outer, last_inner = 0.0, 0.0
    _slopes(f, slope)
    for turn in range(ROUNDS):
        outer, inner = _both_at(envelope, solid, steps, waves, numbers, corner, terms, node, axis, place)
        if turn > 0:
            _learn(slope, step, outer - last_outer, inner - last_inner)
        last_outer, last_inner = outer, inner
        _step(slope, outer, inner, place, step)
        if turn > 0 and abs(step[0]) + abs(step[1]) < SMALL:
            break


@inlined
def _settle(
    envelope: Array, solid: Array, steps: Array, waves: Array, numbers: Array, corner: tuple[int, int, int],
    terms: int, node: tuple[int, int, int], axis: int, f: Array, place: Array,
) -> None:  # fmt: skip
    """A place at an edge by which the wedge between the surfaces leaves the face is put where both are as far on it, so
    that all faces which share the edge agree how high that is.
    """
    side, start, end = _leaves(f, place)
    if side < 0:
        return
    border, along, upper, share = 1 - side % 2, side % 2, _second(side), start / (start - end)
    place[border], place[along] = upper, share if side < 2 else 1 - share
    outer, inner = _both_at(envelope, solid, steps, waves, numbers, corner, terms, node, axis, place)
    share = refined(share, outer - inner, start, end)
    place[border], place[along] = 1 - CLAMP if upper else CLAMP, share if side < 2 else 1 - share


@inlined
def _second(corner: int) -> int:
    """A corner's first coordinate, in turn 0, 1, 1, 0; and whether a side is an upper one."""
    return corner + 1 >> 1 & 1


@inlined
def _slopes(f: Array, out: Array) -> None:
    """Both surfaces' mean slopes (2, 2) along the face's two axes."""
    for which in range(2):
        out[which, 0] = (f[which, 1] - f[which, 0] + f[which, 2] - f[which, 3]) / 2
        out[which, 1] = (f[which, 3] - f[which, 0] + f[which, 2] - f[which, 1]) / 2


@inlined
def _on_segment(f: Array, place: Array) -> None:
    """Where on the face's segment both surfaces are as far: within the metal, short of the rim."""
    total, u, v, weighted_u, weighted_v = 0.0, 0.0, 0.0, 0.0, 0.0
    for corner in range(4):
        after = (corner + 1) % 4
        inside = max(f[0, corner], f[1, corner]) < 0
        if inside == (max(f[0, after], f[1, after]) < 0):
            continue
        s, e = (corner, after) if inside else (after, corner)
        outer, inner = _share(f[0, s], f[0, e]), _share(f[1, s], f[1, e])
        other, share = (1, outer) if outer < inner else (0, inner)
        depth = TINY - (f[other, s] + share * (f[other, e] - f[other, s]))
        su, eu = _second(s), _second(e)
        sv, ev = s > 1, e > 1
        a, b = su + share * (eu - su), sv + share * (ev - sv)
        total += depth
        u, v, weighted_u, weighted_v = u + a, v + b, weighted_u + depth * a, weighted_v + depth * b
    place[0] = min(max(u - weighted_u / total, CLAMP), 1 - CLAMP)
    place[1] = min(max(v - weighted_v / total, CLAMP), 1 - CLAMP)


@inlined
def _learn(slope: Array, step: Array, outer: float, inner: float) -> None:
    """The slopes that explain how much both surfaces' values changed in a step (Broyden 1965)."""
    square = step[0] * step[0] + step[1] * step[1]
    if square > 0:
        missed = (outer - slope[0, 0] * step[0] - slope[0, 1] * step[1]) / square
        slope[0, 0], slope[0, 1] = slope[0, 0] + missed * step[0], slope[0, 1] + missed * step[1]
        missed = (inner - slope[1, 0] * step[0] - slope[1, 1] * step[1]) / square
        slope[1, 0], slope[1, 1] = slope[1, 0] + missed * step[0], slope[1, 1] + missed * step[1]


@inlined
def _step(slope: Array, outer: float, inner: float, place: Array, step: Array) -> None:
    """Newton's step towards the rim, as far as the face reaches: beyond it the wedge is too thin for the nodes."""
    step[0], step[1] = to_rim((slope[0, 0], slope[0, 1]), (slope[1, 0], slope[1, 1]), outer, inner)
    reach = 1.0
    for along in range(2):
        if step[along] > 0:
            reach = min(reach, (1 - CLAMP - place[along]) / step[along])
        elif step[along] < 0:
            reach = min(reach, (CLAMP - place[along]) / step[along])
    for along in range(2):
        step[along] *= reach
        place[along] = min(max(place[along] + step[along], CLAMP), 1 - CLAMP)


@inlined
def _leaves(f: Array, place: Array) -> tuple[int, float, float]:
    """The side of the face between two nodes outside that the place stands at, and how much farther the envelope is
    than the metal at its nodes; side −1 if at none.
    """
    for side in range(4):
        start, end = side, (side + 1) % 4
        away = 1 - place[1 - side % 2] if _second(side) else place[1 - side % 2]
        if away < NEAR and (min(max(f[0, start], f[1, start]), max(f[0, end], f[1, end])) >= 0):
            here, there = f[0, start] - f[1, start], f[0, end] - f[1, end]
            if (here < 0) != (there < 0):
                return side, here, there
    return -1, 0.0, 0.0
