"""The plane a surgeon reams on uneven bone: wide contact for little bone lost, found by trying.

Bone is looked at along each candidate normal as columns over a grid of the plane. For every depth and every ellipse,
one convolution gives at once the value of all its places: contact counts, an ellipse's share beyond the bone costs,
bone reamed away costs, and bone deeper than the reach forbids. The best ones are measured again on a finer grid, at
heights in between, and compared by `contact_value`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array, Point, Vector, frozen, unit
from hemipelvis.design.contact_value import TILT_COST, WORTH_MM, most_valuable
from hemipelvis.field import Field
from hemipelvis.plan import Host, Interface

FORBIDDEN = 1e4
STEP_MM = 2.0
FINE_MM = 0.5
GAP_MM = 0.25
"""Bone this little below a plane bears it: half the gap that a finished body may leave (0.5 mm)."""
ROUGH_OFF_COST = 2.0
"""What a mm² without bone under it takes here, where nothing is charged apart for a share below the least."""
FINALISTS = 40
LIFTS = range(-2, 5)
"""Heights about a finalist's own that are tried, in steps of `FINE_MM`."""


@dataclass(frozen=True)
class Search:
    """Where to look: normals within `cone_deg` of `nominal`, centres within `wander_mm` of `target`.

    hand: +1 left, −1 right, so that mirrored patients are searched in mirrored order; up: any steady direction.
    ellipses: (major, minor, turn in degrees) to try; depth_mm: how far below and above the target planes may lie.
    keep_off, keep_off_mm: centre and radius of a ball, the bowl, that lies wholly on the implant's side of the plane.
    """

    target: Point
    nominal: Vector
    up: Vector
    hand: int
    cone_deg: float
    wander_mm: float
    depth_mm: float
    reach_mm: float
    ellipses: tuple[tuple[float, float, float], ...]
    keep_off: Point | None = None
    keep_off_mm: float = 0.0

    def __post_init__(self) -> None:
        for name in ("target", "nominal", "up"):
            object.__setattr__(self, name, frozen(getattr(self, name)))


@dataclass(frozen=True)
class Found:
    """A plane's axes (rows u, v, n), its centre and ellipse, and its value in mm²."""

    value: float
    axes: Array
    centre: Point
    ellipse: tuple[float, float, float]


def find_contact(bone: Field, search: Search, host: Host) -> Interface | None:
    """The most valuable plane, measured; None where no ellipse meets bone without reaming beyond the reach."""
    found = [f for axes, cost in candidate_axes(search) for f in _best_on(bone, search, axes, cost)]
    finalists = sorted(found, key=lambda f: -f.value)[:FINALISTS]
    planes = [i for f in finalists for i in _lifted(bone, f, search, host)]
    return most_valuable(planes, bone, search.nominal, search.cone_deg)


def _lifted(bone: Field, found: Found, search: Search, host: Host) -> list[Interface]:
    """The plane at heights about its own, as far as none is reamed beyond the reach or cuts the ball to keep off."""
    planes = measured(bone, found, search.reach_mm, host, LIFTS)
    deepest = [i.notes["deepest_reaming_mm"] for i in planes]
    return [i for i, d in zip(planes, deepest, strict=True) if d <= search.reach_mm and _room(search, i) >= 0]


def _room(search: Search, plane: Interface) -> float:
    """How far the ball to keep off lies above a plane, mm; 0 without one."""
    if search.keep_off is None:
        return 0.0
    return float((search.keep_off - plane.point) @ plane.normal) - search.keep_off_mm


def stated_contact(
    bone: Field, axes: Array, centre: Point, halves: tuple[float, float], reach_mm: float, host: Host
) -> Interface:
    """A plane given by the engineer (axes: major, minor, normal as rows), measured as the searched ones are."""
    return measured(bone, Found(0.0, axes, np.asarray(centre, float), (*halves, 0.0)), reach_mm, host)[0]


def candidate_axes(search: Search) -> Iterator[tuple[Array, float]]:
    """Axes (3, 3) of planes in rings about the nominal normal, and the factor their tilt leaves of their value."""
    base = plane_axes(search.nominal, search.up, search.hand)
    rings = max(1, round(search.cone_deg / 10))
    for ring in range(rings + 1):
        tilt = np.radians(search.cone_deg) * ring / rings
        for turn in np.arange(max(1, 6 * ring)) * 2 * np.pi / max(1, 6 * ring):
            lean = np.cos(turn) * base[0] + np.sin(turn) * base[1]
            normal = np.cos(tilt) * base[2] + np.sin(tilt) * lean
            yield plane_axes(normal, search.up, search.hand), 1 - TILT_COST * (ring / rings) ** 2


def plane_axes(normal: Array, up: Array, hand: int) -> Array:
    """Rows u, v, n: v as near to `up` as the plane allows, u across, mirrored with the side."""
    n = unit(normal)
    v = unit(up - (up @ n) * n)
    return np.array([np.cross(v, n) * hand, v, n])


def _best_on(bone: Field, search: Search, axes: Array, cost: float) -> list[Found]:
    """The best place of every ellipse on planes with these axes."""
    half = search.wander_mm + max(e[0] for e in search.ellipses)
    across = np.arange(-np.ceil(half / STEP_MM), np.ceil(half / STEP_MM) + 1) * STEP_MM
    heights = np.arange(-search.depth_mm, search.depth_mm + search.reach_mm + 1, 1.0)
    solid = columns(bone, search.target, axes, across, heights)
    gain = plane_gains(solid, 1.0, search.reach_mm)[: round(2 * search.depth_mm) + 1]
    near = _nearness(across, search.wander_mm)
    size = 1 << int(np.ceil(np.log2(2 * len(across))))
    low = np.ones(len(gain), bool)
    if search.keep_off is not None:
        low = heights[: len(gain)] <= (search.keep_off - search.target) @ axes[2] - search.keep_off_mm
    open_to_ream = np.flatnonzero(((gain > 0).sum(axis=(1, 2)) > 5) & low)
    heights, gain = heights[open_to_ream], gain[open_to_ream]
    spectrum = np.fft.rfft2(gain.astype(np.float32), (size, size))
    out: list[Found] = []
    for ellipse in search.ellipses if len(heights) else ():
        value = _convolved(spectrum, _kernel(ellipse, across), size, len(across)) * STEP_MM**2 * near * cost
        t, i, j = np.unravel_index(np.argmax(value), value.shape)
        if value[t, i, j] > 0:
            offset = np.array([across[i], across[j], heights[t]])
            out.append(Found(float(value[t, i, j]), axes, search.target + offset @ axes, ellipse))
    return out


def columns(bone: Field, origin: Array, axes: Array, across: Array, heights: Array) -> Array:
    """True where bone is: (heights, u, v) on a grid along the plane's axes."""
    h, u, v = np.meshgrid(heights, across, across, indexing="ij")
    return (bone(origin + np.stack([u, v, h], axis=-1).reshape(-1, 3) @ axes) < 0).reshape(h.shape)


def plane_gains(solid: Array, step_mm: float, reach_mm: float) -> Array:
    """Value of each column (heights, u, v) for a plane at each height: contact 1, else its cost, less the reaming.

    A column reamed by `WORTH_MM` is worth nothing.
    """
    above = np.cumsum(solid[::-1], axis=0)[::-1] * step_mm - solid * step_mm / 2
    heights = np.arange(len(solid))[:, None, None] * step_mm
    top = np.where(solid, heights, -np.inf).max(axis=0)
    return np.where(solid, 1.0, -ROUGH_OFF_COST) - above / WORTH_MM - FORBIDDEN * (top - heights > reach_mm)


def _nearness(across: Array, wander_mm: float) -> Array:
    away = np.hypot(across[:, None], across[None, :]) / wander_mm
    return np.where(away <= 1, 1 - 0.3 * away**2, 0)


def _kernel(ellipse: tuple[float, float, float], across: Array) -> Array:
    return (ellipse_level(ellipse, across[:, None], across[None, :]) <= 1).astype(np.float32)


def ellipse_level(ellipse: tuple[float, float, float], u: Array, v: Array) -> Array:
    """Below one inside an ellipse (major, minor, turn of the major axis from u in degrees)."""
    major, minor, turn = ellipse
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return np.hypot((c * u + s * v) / major, (c * v - s * u) / minor)


def _convolved(spectrum: Array, kernel: Array, size: int, count: int) -> Array:
    whole = np.fft.irfft2(spectrum * np.fft.rfft2(kernel, (size, size)), (size, size))
    middle = count // 2
    return whole[:, middle : middle + count, middle : middle + count]


def measured(
    bone: Field, found: Found, reach_mm: float, host: Host, lifts: Sequence[int] = (0,)
) -> tuple[Interface, ...]:
    """The plane, raised by each of `lifts` (steps of 0.5 mm), as interfaces measured on columns of 0.5 mm."""
    across = np.arange(-np.ceil(found.ellipse[0] / FINE_MM), np.ceil(found.ellipse[0] / FINE_MM) + 1) * FINE_MM
    heights = np.arange(min(lifts), round((reach_mm + 2) / FINE_MM) + max(lifts)) * FINE_MM
    inside = ellipse_level(found.ellipse, across[:, None], across[None, :]) <= 1
    solid = columns(bone, found.centre, found.axes, across, heights) & inside
    held = columns(bone, found.centre, found.axes, across, np.array(lifts) * FINE_MM - GAP_MM) & inside
    area = float(inside.sum() * FINE_MM**2)
    return tuple(
        _at_height(solid[lift - min(lifts) :], at, found, lift * FINE_MM, area, reach_mm, host)
        for lift, at in zip(lifts, held, strict=True)
    )


def _depth_map(solid: Array) -> list[list[float | None]]:
    """Height of the topmost bone over the plane, mm, on every second node (u, v); None where a column has no bone."""
    thin = solid[:, ::2, ::2]
    top = FINE_MM * np.where(thin, np.arange(len(thin))[:, None, None], -1).max(axis=0)
    return [[float(d) if d >= 0 else None for d in row] for row in top]


def _at_height(
    solid: Array, held: Array, found: Found, lift_mm: float, area: float, reach_mm: float, host: Host
) -> Interface:
    """One plane from the bone (heights, u, v) over its ellipse, from the plane up, and where (u, v) bone bears it."""
    major, minor, turn = found.ellipse
    contact, volume = float(held.sum() * FINE_MM**2), float(solid[1:].sum() * FINE_MM**3)
    direction = np.cos(np.radians(turn)) * found.axes[0] + np.sin(np.radians(turn)) * found.axes[1]
    deepest = float(FINE_MM * np.flatnonzero(solid.any(axis=(1, 2))).max(initial=0))
    notes = {
        "ellipse_mm2": area,
        "contact_share": contact / area,
        "deepest_reaming_mm": deepest,
        "reaming_map_mm": _depth_map(solid),
    }
    centre = found.centre + lift_mm * found.axes[2]
    return Interface(host, centre, found.axes[2], major, reach_mm, contact, volume, direction, minor, notes)
