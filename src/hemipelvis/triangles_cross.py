"""Whether two triangles run through one another.

An edge crosses a triangle when the signs of five volumes say so (Segura and Feito 2001); a sign within rounding error
of zero counts as none. Triangles that only touch, or overlap in one plane, therefore do not cross.
"""

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, inlined, minus

ROUNDING = 1e-15
"""Of a 3 × 3 determinant of exact differences in double precision, per its permanent (Shewchuk 1997: 7.8e-16)."""


@inlined
def cross(v: Array, f: Array, g: Array) -> bool:
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
