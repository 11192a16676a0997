"""Where an old screw ran before it worked loose: the channel it has left in the bone beside where it lies now.

A loose screw tilts with the endoprosthesis it hangs on; its first channel stays behind as a tube filled with soft
tissue that leaves and crosses the metal. Every straight tube whose two ends lie within `REACH_MM` of the screw's is
weighed by how much likelier its voxels are in soft tissue than in the bone around; the weights give the channel and
how far it may be from there. Metal and its blooming hide a part: voxels there say nothing.
"""

from typing import NamedTuple, Protocol

import edt
import numpy as np
from numba import prange

from hemipelvis.arrays import Array, Mask, Point, Points, unit
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.labels import METAL
from hemipelvis.screws.candidates import square
from hemipelvis.screws.migration import Piece
from hemipelvis.screws.reamed_face import plane_axes
from hemipelvis.volume import Volume

REACH_MM, PITCH_MM = 6.0, 1.0
"""How far an end may have gone: beyond a screw's own width it is out of its channel, and shows as broken out."""
SPREAD_MM = 3.0
"""Standard deviation of an end's travel where nothing is known of it: about half a screw's width."""
VOID_HU, VOID_SPREAD_HU = 50.0, 80.0
"""Granulation and scar read 20 to 80 HU; the spread is what artefact reduction leaves beside metal."""
HALOS_MM = (0.0, 0.5, 1.0, 1.5, 2.0)
"""Lucent rims; more than 2 mm is a cavity and no rim (a rim over 2 mm calls the implant loose: Gruen, 10.1097/
00003086-197906000-00006)."""
BLOOM_MM = 1.2
SIDE_MM = (6.0, 14.0)
"""Beyond the screw's surface: bone that is not its rim, yet its neighbour."""
GRAIN_MM3 = 100.0
"""So much volume is one independent reading: what reduction leaves beside metal is alike over some millimetres.

The odds' autocorrelation in the bone about six whole screws of two scans, summed to 4 and 5 mm: 42 to 138 mm³."""
FLATTEST = 3.0
"""One reading weighs at most e^±3: a stray streak is not proof."""


class Channel(NamedTuple):
    """start, end: its axis (3,) LPS mm, as long as the screw; halo_mm: its lucent rim.

    spread: (2, 2) mm², covariance of its two ends' places across the axis, per direction; seen: share of the bone
    about the screw that its metal does not hide.
    """

    start: Point
    end: Point
    halo_mm: float
    spread: Array
    seen: float

    def error_mm(self, share: float) -> float:
        """Standard deviation across the axis at a share of its length from `start`."""
        ends = np.array([1 - share, share])
        return float(np.sqrt(ends @ self.spread @ ends))


class Place(Piece, Protocol):
    """Where a screw lies or is expected to have lain."""

    @property
    def radius_mm(self) -> float:
        """Half its thickness."""
        ...


def old_channel(labels: Volume, mar: Volume, bone: Mask, now: Place, about: Place) -> Channel:
    """The first channel of a whole screw that lies at `now`, sought about where it is expected.

    bone: bool (z, y, x), its host with gaps closed.
    """
    rod = about.start, about.end
    axes = plane_axes(unit(about.end - about.start))
    points, odds, seen = _readings(labels, mar, bone, rod, now.radius_mm)
    flat = square(REACH_MM, PITCH_MM)
    ends = [np.ascontiguousarray(p + flat @ axes) for p in rod]
    table = channel_sums(points, odds, ends[0], ends[1], now.start, now.end, now.radius_mm, np.array(HALOS_MM))
    return _moments(table + _prior(flat, about.spread)[..., None], flat, axes, rod, seen)


def _prior(flat: Array, travel: Array) -> Array:
    """Log probability (n, n) of the head end's and the tip end's travels (n, 2)."""
    known = np.linalg.inv(travel)
    own = (flat**2).sum(axis=1)
    return -(known[0, 0] * own[:, None] + 2 * known[0, 1] * (flat @ flat.T) + known[1, 1] * own) / 2


def _readings(
    labels: Volume, mar: Volume, bone: Mask, rod: tuple[Point, Point], radius_mm: float
) -> tuple[Points, Array, float]:
    """Bone's voxels near a screw that metal does not hide (n, 3), their log odds for soft tissue, and their share."""
    hidden = edt.edt(~np.isin(labels.voxels, METAL), anisotropy=labels.sampling) <= BLOOM_MM
    points = labels.points_where(bone)
    off = _off(points, rod) - radius_mm
    near = off <= REACH_MM + HALOS_MM[-1]
    free = ~hidden[bone]
    side = free & (off >= SIDE_MM[0]) & (off <= SIDE_MM[1])
    hu = mar.voxels[bone].astype(float)
    seen = float(free[near].mean()) if near.any() else 0.0
    odds = _log_odds(hu[near & free], hu[side]) * labels.voxel_mm3 / GRAIN_MM3
    return np.ascontiguousarray(points[near & free]), odds, seen


def _off(points: Points, rod: tuple[Point, Point]) -> Array:
    along = np.subtract(rod[1], rod[0])
    t = np.clip((points - rod[0]) @ along / (along @ along), 0, 1)
    return np.asarray(np.linalg.norm(points - rod[0] - t[:, None] * along, axis=1))


def _log_odds(hu: Array, bone_hu: Array) -> Array:
    """How much likelier HU (n,) are in soft tissue than in the bone about; 0 where no bone is known."""
    if len(bone_hu) == 0:
        return np.zeros(len(hu))
    levels = np.quantile(bone_hu, (np.arange(50) + 0.5) / 50)
    odds = np.log(_likelihood(hu, np.array([VOID_HU]))) - np.log(_likelihood(hu, levels))
    return np.asarray(np.clip(odds, -FLATTEST, FLATTEST))


def _likelihood(hu: Array, levels: Array) -> Array:
    """Mean density (n,) of HU about equally likely levels; never quite 0."""
    return np.exp(-((hu[:, None] - levels) ** 2) / (2 * VOID_SPREAD_HU**2)).mean(axis=1) + 1e-12


@compiled_parallel
def channel_sums(
    points: Array, odds: Array, heads: Array, tips: Array, head: Array, tip: Array, radius_mm: float, halos: Array
) -> Array:
    """Sums of odds (n, m, h) over what lies in the tube from heads[i] to tips[j] or in that of the screw now."""
    out = np.zeros((heads.shape[0], tips.shape[0], halos.shape[0]))
    now = np.empty(points.shape[0])
    for k in prange(points.shape[0]):
        now[k] = _gap(points[k], head, tip)
    for i in prange(heads.shape[0]):
        for j in range(tips.shape[0]):
            for k in range(points.shape[0]):
                off = min(_gap(points[k], heads[i], tips[j]), now[k]) - radius_mm
                if off <= halos[-1]:
                    for h in range(halos.shape[0]):
                        if off <= halos[h]:
                            out[i, j, h] += odds[k]
    return out


@compiled
def _gap(point: Array, start: Array, end: Array) -> float:
    """Distance of a point from a segment."""
    dx, dy, dz = end[0] - start[0], end[1] - start[1], end[2] - start[2]
    x, y, z = point[0] - start[0], point[1] - start[1], point[2] - start[2]
    t = min(max((x * dx + y * dy + z * dz) / (dx * dx + dy * dy + dz * dz), 0.0), 1.0)
    x, y, z = x - t * dx, y - t * dy, z - t * dz
    return np.sqrt(x * x + y * y + z * z)


def _moments(table: Array, flat: Array, axes: Array, rod: tuple[Point, Point], seen: float) -> Channel:
    """Mean line, and the spread about it, of all lines by their weight; the halo by its own."""
    weight = np.exp(table - table.max())
    weight /= weight.sum()
    halo = float(weight.sum(axis=(0, 1)) @ np.array(HALOS_MM))
    lines = weight.sum(axis=2)
    marginals = lines.sum(axis=1), lines.sum(axis=0)
    middles = [m @ flat for m in marginals]
    about = [flat - middle for middle in middles]
    cross = np.einsum("ij,ia,ja->", lines, about[0], about[1]) / 2
    own = [m @ (a**2).sum(axis=1) / 2 + PITCH_MM**2 / 12 for m, a in zip(marginals, about, strict=True)]
    start, end = (np.asarray(p) + middle @ axes for p, middle in zip(rod, middles, strict=True))
    return Channel(start, end, halo, np.array([[own[0], cross], [cross, own[1]]]), seen)
