"""A point more between each two crossings of a contour: on the surface they lie on, or on the rim between two.

A chord leaves a bent surface by its sagitta, a quarter of which is left with the middle on the surface; and where the
contour passes from the lattice to the outer form, a chord would cut the rim off.
"""

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.lattice.cut_cells import outer_at
from hemipelvis.lattice.gyroid import TURN
from hemipelvis.lattice.part_value import metal
from hemipelvis.lattice.to_rim import to_rim

TRIAL = 0.125
"""Of a grid step: how far off slopes are looked up."""


@compiled
def _both(
    envelope: Array, solid: Array, steps: Array, numbers: Array, samples: int, wz: Array, x: float, y: float, z: float
) -> tuple[float, float]:
    """Envelope's and metal's value at a place in nodes; wz (1, 2): the phase at z."""
    outer, inner = outer_at(envelope, steps, x, y, z), outer_at(solid, steps, x, y, z)
    a, b = TURN * (x % samples) / samples, TURN * (y % samples) / samples
    g = np.sin(a) * np.cos(b) + np.sin(b) * wz[0, 1] + wz[0, 0] * np.cos(a)
    return outer, metal(outer, inner, g, numbers)


@compiled_parallel
def place_middles(
    envelope: Array, solid: Array, steps: Array, numbers: Array, samples: int, wz: Array, z: float, reach: float,
    slope: float, after: Array, plain: Array, points: Array, out: Array,
) -> None:  # fmt: skip
    """Points (e, 2) between each of `points` (e, 2) and the one `after` (e,) it, all in nodes, metal on the left.

    reach: the grid's step, farther than which none is moved; slope: the surfaces' mean one, mm per node; plain (e,):
    where the field does not tell, and the middle is it.
    """
    for e in prange(len(points)):
        px, py, qx, qy = points[e, 0], points[e, 1], points[after[e], 0], points[after[e], 1]
        mx, my = (px + qx) / 2, (py + qy) / 2
        out[e, 0], out[e, 1] = mx, my
        length = np.hypot(qx - px, qy - py)
        if plain[e] or length == 0:
            continue
        p = _both(envelope, solid, steps, numbers, samples, wz, px, py, z)
        q = _both(envelope, solid, steps, numbers, samples, wz, qx, qy, z)
        m = _both(envelope, solid, steps, numbers, samples, wz, mx, my, z)
        if (p[0] > p[1]) == (q[0] > q[1]):
            u, v, which = (qy - py) / length, (px - qx) / length, 0 if p[0] > p[1] else 1
            t = -m[which] / slope
            there = _both(envelope, solid, steps, numbers, samples, wz, mx + t * u, my + t * v, z)[which]
            t = t * m[which] / (m[which] - there) if there != m[which] else 0.0
            dx, dy = t * u, t * v
        else:
            h = TRIAL * reach
            a = _both(envelope, solid, steps, numbers, samples, wz, mx + h, my, z)
            b = _both(envelope, solid, steps, numbers, samples, wz, mx, my + h, z)
            outer, inner = ((a[0] - m[0]) / h, (b[0] - m[0]) / h), ((a[1] - m[1]) / h, (b[1] - m[1]) / h)
            dx, dy = to_rim(outer, inner, m[0], m[1])
            if dx * dx + dy * dy < reach * reach:
                f = _both(envelope, solid, steps, numbers, samples, wz, mx + dx, my + dy, z)
                more = to_rim(outer, inner, f[0], f[1])
                dx, dy = dx + more[0], dy + more[1]
        if dx * dx + dy * dy < reach * reach:
            out[e, 0], out[e, 1] = mx + dx, my + dy
