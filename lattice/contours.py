"""Contours of the print part in one layer, straight from its field: marching squares with exact crossings.

They show the field as it is: the loose crumbs and sealed voids that the mesh leaves out (a mm³ or two) are in them.

No mesh stands between: crossings of grid lines, and a point between each two, lie on the field's own zero (or on the
rim between two surfaces); chords between them leave it by a µm or so.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import prange

from hemipelvis.arrays import Array, Mask, Point, Points
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.lattice.contour_middles import place_middles
from hemipelvis.lattice.gyroid import TURN
from hemipelvis.lattice.part_field import PartField
from hemipelvis.lattice.part_value import value_at

FINER = 2
"""Grid lines per node of the mesh."""
NOWHERE = -1


@dataclass(frozen=True)
class Contours:
    """Closed loops in the plane z_mm, metal on their left.

    points (n, 2), mm; loop l is points[starts[l]:starts[l + 1]].
    """

    z_mm: float
    points: Array
    starts: Array

    @property
    def area_mm2(self) -> float:
        """Enclosed area: outer loops run counter-clockwise, holes clockwise."""
        x, y = (self.points - self.points[:1]).T if len(self.points) else np.zeros((2, 0))
        after = _following(len(x), self.starts)
        return float((x * y[after] - x[after] * y).sum() / 2)


@dataclass(frozen=True)
class Cut:
    """What is cut from the part besides: values(points (n, 3), LPS mm) in mm, negative where metal stays, within
    radius_mm of the centre.
    """

    values: Callable[[Points], Array]
    centre: Point
    radius_mm: float


def heights_mm(field: PartField, layer_mm: float) -> Array:
    """Middle heights of the layers that cover the part, on multiples of the thickness plus one half."""
    first = np.floor(field.lower[2] * field.pitch_mm / layer_mm)
    last = np.ceil(field.upper[2] * field.pitch_mm / layer_mm)
    return (np.arange(first, last) + 0.5) * layer_mm


def contours(field: PartField, z_mm: float, cut: Cut | None = None) -> Contours:
    """The loops of one layer; none where there is no metal."""
    xs, ys = (np.arange(FINER * field.lower[a], FINER * field.upper[a] + 1) / FINER for a in range(2))
    z = z_mm / field.pitch_mm
    values = np.empty((len(ys), len(xs)), np.float32)
    wx, wy, wz = (phases(places, field.samples) for places in (xs, ys, np.array([z])))
    sample_plane(field.envelope, field.solid, field.steps, field.numbers, xs, ys, z, wx, wy, wz, values)
    changed = _cut(values, xs * field.pitch_mm, ys * field.pitch_mm, z_mm, cut) if cut else None
    if not (values < 0).any():
        return Contours(z_mm, np.empty((0, 2)), np.zeros(1, np.int64))
    following = np.full(2 * values.size, NOWHERE, np.int64)
    _link(values, following)
    edges, starts = _trace(following)
    points = np.empty((len(edges), 2))
    _place(
        field.envelope, field.solid, field.steps, field.numbers, xs, ys, z, wz, field.samples, values, edges, points
    )  # fmt: skip
    plain = np.zeros(len(edges), bool)
    if changed is not None:
        _place_cut(values, changed, xs, ys, edges, points, plain)
    return Contours(z_mm, _with_middles(field, points, starts, plain, wz, z) * field.pitch_mm, 2 * starts)


def _with_middles(field: PartField, points: Array, starts: Array, plain: Mask, wz: Array, z: float) -> Points:
    """Points of all loops (nodes), each followed by the one between it and the next."""
    after = _following(len(points), starts)
    between = np.empty_like(points)
    place_middles(
        field.envelope, field.solid, field.steps, field.numbers, field.samples, wz, z, 1 / FINER, field.pitch_mm,
        after, plain | plain[after], points, between,
    )  # fmt: skip
    return np.stack([points, between], axis=1).reshape(-1, 2)


def _following(count: int, starts: Array) -> Array:
    """Number (count,) of the point after each in its loop."""
    after = np.arange(1, count + 1)
    after[starts[1:] - 1] = starts[:-1]
    return after


def _cut(values: Array, xs: Array, ys: Array, z: float, cut: Cut) -> Mask | None:
    """Raise values (y, x) in the plane z to those of the cut; which of them rose, None where it is out of reach."""
    if abs(z - cut.centre[2]) > cut.radius_mm:
        return None
    (i0, i1), (j0, j1) = (
        np.searchsorted(axis, [c - cut.radius_mm, c + cut.radius_mm])
        for axis, c in ((xs, cut.centre[0]), (ys, cut.centre[1]))
    )
    y, x = np.meshgrid(ys[j0:j1], xs[i0:i1], indexing="ij")
    part, changed = values[j0:j1, i0:i1], np.zeros(values.shape, bool)
    groove = cut.values(np.stack([x.ravel(), y.ravel(), np.full(x.size, z)], axis=1)).reshape(x.shape)
    changed[j0:j1, i0:i1] = groove > part
    np.maximum(part, groove, out=part)
    return changed


def _place_cut(values: Array, changed: Mask, xs: Array, ys: Array, edges: Array, points: Array, plain: Mask) -> None:
    """Crossings (nodes) beside a cut, where the part's own field does not tell them: linear between the nodes; marks
    them in `plain`.
    """
    node, axis = np.divmod(edges, 2)
    (j, i), (j1, i1) = divmod(node, values.shape[1]), divmod(node + np.where(axis, values.shape[1], 1), values.shape[1])
    at = np.flatnonzero(changed[j, i] | changed[j1, i1])
    low, high = values[j[at], i[at]].astype(float), values[j1[at], i1[at]].astype(float)
    share = low / (low - high)
    plain[at] = True
    points[at, 0] = xs[i[at]] + share * (xs[i1[at]] - xs[i[at]])
    points[at, 1] = ys[j[at]] + share * (ys[j1[at]] - ys[j[at]])


def phases(places: Array, samples: int) -> Array:
    """Sine and cosine (n, 2) of the gyroid's phase at places along an axis, in nodes."""
    angle = TURN * (places % samples) / samples
    return np.stack([np.sin(angle), np.cos(angle)], axis=1)


@compiled_parallel
def sample_plane(
    envelope: Array, solid: Array, steps: Array, numbers: Array, xs: Array, ys: Array, z: float,
    wx: Array, wy: Array, wz: Array, out: Array,
) -> None:  # fmt: skip
    """Values (y, x), float32 mm, at places xs, ys in the plane z, all in nodes; wx, wy, wz: their phases."""
    for j in prange(len(ys)):
        for i in range(len(xs)):
            out[j, i] = value_at(
                envelope, solid, steps, numbers, xs[i], ys[j], z,
                wx[i, 0], wx[i, 1], wy[j, 0], wy[j, 1], wz[0, 0], wz[0, 1],
            )  # fmt: skip


@compiled
def _link(values: Array, following: Array) -> None:
    """For each cut grid edge, 2 · node + (0 along x, 1 along y), the next one of its loop, metal on the left.

    In each square a segment leads from the edge where the walk round it (counter-clockwise) leaves the metal to the one
    where that run of metal began: inside corners on a diagonal stay apart, as in `isosurface_table`.
    """
    ny, nx = values.shape
    inside, edge = np.zeros(4, np.bool_), np.zeros(4, np.int64)
    for j in range(ny - 1):
        for i in range(nx - 1):
            inside[0], inside[1] = values[j, i] < 0, values[j, i + 1] < 0
            inside[2], inside[3] = values[j + 1, i + 1] < 0, values[j + 1, i] < 0
            if inside.all() or not inside.any():
                continue
            here = j * nx + i
            edge[0], edge[1], edge[2], edge[3] = 2 * here, 2 * (here + 1) + 1, 2 * (here + nx), 2 * here + 1
            for c in range(4):
                if inside[c] and not inside[(c + 1) % 4]:
                    first = c
                    while inside[(first + 3) % 4]:
                        first = (first + 3) % 4
                    following[edge[c]] = edge[(first + 3) % 4]


@compiled
def _trace(following: Array) -> tuple[Array, Array]:
    """Edges of all loops, one loop after the other, and where each begins."""
    edges, starts = np.empty(int((following >= 0).sum()), np.int64), [0]
    at = 0
    for first in range(len(following)):
        if following[first] < 0:
            continue
        here = first
        while following[here] >= 0:
            edges[at] = here
            at += 1
            after = following[here]
            following[here] = -1
            here = after
        starts.append(at)
    return edges, np.array(starts)


@compiled_parallel
def _place(
    envelope: Array, solid: Array, steps: Array, numbers: Array, xs: Array, ys: Array, z: float,
    wz: Array, samples: int, values: Array, edges: Array, out: Array,
) -> None:  # fmt: skip
    """Crossings in nodes by regula falsi (Illinois) on the field itself."""
    nx, step = values.shape[1], xs[1] - xs[0]
    for e in prange(len(edges)):
        node, axis = edges[e] // 2, edges[e] % 2
        j, i = node // nx, node % nx
        low, high, side = 0.0, 1.0, 0
        f_low, f_high = float(values[j, i]), float(values[j + axis, i + 1 - axis])
        for _ in range(4):
            at = low + (high - low) * f_low / (f_low - f_high)
            if not 0.0 < at < 1.0:
                break
            x, y = xs[i] + step * at * (1 - axis), ys[j] + step * at * axis
            a, b = TURN * (x % samples) / samples, TURN * (y % samples) / samples
            f = value_at(
                envelope, solid, steps, numbers, x, y, z,
                np.sin(a), np.cos(a), np.sin(b), np.cos(b), wz[0, 0], wz[0, 1],
            )  # fmt: skip
            if (f < 0) == (f_low < 0):
                low, f_low, f_high, side = at, f, f_high * (0.5 if side == 1 else 1.0), 1
            else:
                high, f_high, f_low, side = at, f, f_low * (0.5 if side == 2 else 1.0), 2
        at = min(max(low + (high - low) * f_low / (f_low - f_high), 0.0), 1.0)
        out[e, 0], out[e, 1] = xs[i] + step * at * (1 - axis), ys[j] + step * at * axis
