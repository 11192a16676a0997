"""Follow one straight rod through metal: cross-sections along an axis, their centroids, a line by least squares."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage as ndi

from hemipelvis.arrays import Array, Point, Points, Vector, square_to
from hemipelvis.segmentation.rod_seeds import RodSeeds
from hemipelvis.segmentation.straight_line import fit_line, straight_part
from hemipelvis.volume import Volume

STEP_MM = 0.5
REACH_MM = 75.0
"""Half the longest stretch looked at from a seed: pelvic screws are at most 130 to 140 mm long."""
RADII_MM = np.arange(0.25, 8.0, 0.5)
ANGLES = np.linspace(0, 2 * np.pi, 24, endpoint=False)
CORE_MM = 1.0
"""Half the radius of the thinnest screw looked for leaves this much certain metal around the axis."""
THICKEST_MM = 6.0
"""Largest half-value radius of a screw: 8 mm of metal and its blooming, and what a loose fit adds."""
RING_MM = 1.6
EMBEDDED_MM = 15.0
"""A head and the plate under it are at most this thick."""
CROSSING_MM = 6.0
LEAST_FREE_MM = 2.5
ITERATIONS = 6
FULL = 0.75
END_MM = 5.0
FILLET = 2
FLAT = 0.45
"""Ellipticity of rims and plate edges, which no further iteration makes round."""


@dataclass(frozen=True)
class Rod:
    """A straight rod: point + t · direction for t (n,), of which `clean` (n,) stand free of other metal.

    At least LEAST_FREE_MM of it does: without a free stretch metal has neither axis nor thickness of its own.

    radius_mm: where the grey value falls to half, blooming included; scatter_mm: of the sections' centroids;
    ellipticity: second harmonic of the mean section's outline over its radius; crowding: greatest grey value beside it,
    toward the unit vector `beside`; out_of_slice: share (0 to 1) of the section's long axis across the slices; streaks
    widen metal within them.
    """

    point: Point
    direction: Vector
    t: Array
    clean: Array
    radius_mm: float
    scatter_mm: float
    ellipticity: float
    crowding: float
    out_of_slice: float = 1.0
    beside: Vector | None = None

    def at(self, t: float) -> Point:
        """The point of the axis at a station."""
        return self.point + t * self.direction

    @property
    def start(self) -> Point:
        """The end with the smallest station."""
        return self.at(float(self.t[0]) - STEP_MM / 2)

    @property
    def end(self) -> Point:
        """The end with the largest station."""
        return self.at(float(self.t[-1]) + STEP_MM / 2)

    @property
    def free_mm(self) -> float:
        """Length that stands free of other metal."""
        return float(self.clean.sum() * STEP_MM)

    @property
    def embedded_mm(self) -> tuple[float, float]:
        """Length from each end to where the rod stands free: its heads, or what it is fixed in."""
        free = self.t[self.clean]
        return float(free[0] - self.t[0]), float(self.t[-1] - free[-1])

    def reversed(self) -> "Rod":
        """The same rod run through the other way."""
        return replace(self, direction=-self.direction, t=-self.t[::-1], clean=self.clean[::-1])


@dataclass(frozen=True)
class Sections:
    """Cross-sections at stations t (n,): grey at the axis, grey values (n, radii, angles), centroids (n, 3) LPS mm."""

    t: Array
    core: Array
    values: Array
    centroid: Points

    def radius_where(self, radius_mm: float) -> Array:
        """Share (n,) of the circle of a radius that lies in metal."""
        ring = int(np.argmin(np.abs(RADII_MM - radius_mm)))
        return np.asarray((self.values[:, ring] > 0.5).mean(axis=1))


def find_rods(soft: Volume, seeds: RodSeeds, limit: int = 240) -> tuple[Rod, ...]:
    """All straight rods with a free stretch, from the most slender seed on; what one explains is not traced again."""
    open_seeds = np.ones(len(seeds.points), bool)
    rods: list[Rod] = []
    for _ in range(limit):
        if not open_seeds.any():
            break
        first = int(np.argmax(open_seeds))
        rod = trace_rod(soft, seeds.points[first], seeds.directions[first])
        open_seeds[np.linalg.norm(seeds.points - seeds.points[first], axis=1) < 2.0] = False
        if rod is None or any(_same(rod, other) for other in rods):
            continue
        rods.append(rod)
        along = np.abs(seeds.directions @ rod.direction) > np.cos(np.radians(25))
        open_seeds[_inside(seeds.points, rod) & along] = False
    return tuple(rods)


def _inside(points: Points, rod: Rod) -> Array:
    rel = points - rod.point
    along = rel @ rod.direction
    across = np.linalg.norm(rel - along[:, None] * rod.direction, axis=1)
    return (across < rod.radius_mm + 1) & (along > rod.t[0]) & (along < rod.t[-1])


def _same(a: Rod, b: Rod) -> bool:
    if abs(a.direction @ b.direction) < np.cos(np.radians(8)):
        return False
    middle = a.at(float(np.median(a.t[a.clean])))
    return bool(_inside(middle[None], b)[0])


def distinct(rods: Sequence[Rod]) -> tuple[Rod, ...]:
    """The rods without those that lie in the metal of a longer one along it: the same piece, traced twice."""
    kept: list[Rod] = []
    for rod in sorted(rods, key=lambda r: (-r.free_mm, r.scatter_mm)):
        if not any(_overlaps(rod, other) for other in kept):
            kept.append(rod)
    return tuple(kept)


def _overlaps(a: Rod, b: Rod) -> bool:
    """Whether the middle of a's free stretch lies within b, the two being nearly parallel."""
    middle = a.at(float(np.median(a.t[a.clean])))
    return bool(abs(a.direction @ b.direction) > np.cos(np.radians(20)) and _inside(middle[None], b)[0])


def trace_rod(soft: Volume, point: Point, direction: Vector) -> Rod | None:
    """The rod through a seed, or None where the metal around it is no rod."""
    everything = (-np.inf, np.inf)
    for round_ in range(ITERATIONS):
        sections = cross_sections(soft, point, direction)
        rod = _rod(sections, point, direction, everything)
        if rod is None or (round_ == 1 and rod.ellipticity > FLAT):
            return None
        t, centres, bounds = _straight(sections, rod)
        new_point, new_direction, scatter = fit_line(t, centres)
        if new_direction @ direction < np.cos(np.radians(30)):
            return None
        point = new_point + float((point - new_point) @ new_direction) * new_direction
        direction = new_direction
    rod = _rod(cross_sections(soft, point, direction), point, direction, bounds)
    return None if rod is None else replace(rod, scatter_mm=scatter)


def _straight(sections: Sections, rod: Rod) -> tuple[Array, Points, tuple[float, float]]:
    """Stations, centroids and bounds of the part of a rod's free stretch that one line explains."""
    rows = np.searchsorted(sections.t, rod.t[rod.clean])
    t, centres = sections.t[rows], sections.centroid[rows]
    part = straight_part(t, centres)
    if part is None:
        return t, centres, (-np.inf, np.inf)
    bounds = (-np.inf, float(t[part.stop - 1])) if part.start == 0 else (float(t[part.start]), np.inf)
    return t[part], centres[part], bounds


def cross_sections(soft: Volume, point: Point, direction: Vector) -> Sections:
    """Polar cross-sections of grey metal along a line; the centroid counts metal within the half-value radius."""
    t = np.arange(-REACH_MM, REACH_MM + STEP_MM / 2, STEP_MM)
    offsets = RADII_MM[:, None, None] * spokes(direction)
    points = point + t[:, None, None, None] * direction + offsets
    values = soft.sample(points, 0.0).reshape(len(t), len(RADII_MM), len(ANGLES))
    core = values[:, RADII_MM < CORE_MM].mean(axis=(1, 2))
    reach = _half_radius(values[core > 0.6]) + 1.0
    weight = values * np.where(reach > RADII_MM, RADII_MM, 0)[:, None]
    mass = np.maximum(weight.sum(axis=(1, 2)), 1e-9)
    shift = np.einsum("nra,rax->nx", weight, offsets) / mass[:, None]
    return Sections(t, core, values, point + t[:, None] * direction + shift)


def spokes(direction: Vector) -> Array:
    """Unit vectors (angles, 3) all around a direction."""
    first, second = square_to(direction)
    return np.cos(ANGLES)[:, None] * first + np.sin(ANGLES)[:, None] * second


def _half_radius(values: Array) -> float:
    """Lower-quartile radius at which the angular mean of sections falls to half: where the rod stands free."""
    if not len(values):
        return float(THICKEST_MM)
    profile = values.mean(axis=2)
    radius = RADII_MM[np.argmax(profile < 0.5, axis=1)] - 0.25
    radius = np.where((profile < 0.5).any(axis=1), radius, RADII_MM[-1])
    return float(np.percentile(radius, 25))


def _rod(sections: Sections, point: Point, direction: Vector, bounds: tuple[float, float]) -> Rod | None:
    """The contiguous stretch of metal about t = 0, with its free stations; None if it is no slender rod."""
    t = sections.t
    metal = (sections.core > 0.6) & (t >= bounds[0]) & (t <= bounds[1])
    run = _run(metal, int(np.argmin(np.abs(t))))
    if run is None:
        return None
    radius = _half_radius(sections.values[run])
    if radius > THICKEST_MM:
        return None
    ring = int(np.argmin(np.abs(RADII_MM - (radius + RING_MM))))
    crowded = (sections.values[run, ring] > 0.5).mean(axis=1) >= 0.25
    free = np.logical_not(ndi.binary_dilation(crowded, iterations=FILLET)) & (sections.core[run] > 0.9)
    best = _free_stretch(free)
    if best is None:
        return None
    free &= (np.arange(len(free)) >= best[0]) & (np.arange(len(free)) <= best[-1])
    beyond = int(EMBEDDED_MM / STEP_MM)
    rows = slice(max(best[0] - beyond, 0), best[-1] + 1 + beyond)
    section = sections.values[run][free].mean(axis=0)
    rows = _full(sections.values[run][rows], radius, free[rows], rows)
    flat, long_axis = _ellipticity(section, spokes(direction))
    crowding, steep = float(section[ring].max()), abs(float(long_axis[2]))
    beside = spokes(direction)[int(section[ring].argmax())]
    rod = Rod(point, direction, t[run][rows], free[rows], radius, 0.0, flat, crowding, steep, beside)
    return rod if rod.free_mm >= LEAST_FREE_MM else None


def _full(values: Array, radius_mm: float, free: Array, rows: slice) -> slice:
    """Rows without the rounded ends, whose sections hold less than FULL of the metal a little further in.

    What is left is the axis of a rod with rounded ends: its metal reaches up to half a radius further.
    """
    inside = radius_mm + 2 > RADII_MM
    area = (values[:, inside] > 0.5).mean(axis=2) @ RADII_MM[inside]
    reach = int(END_MM / STEP_MM)
    first, last = (_usual(area[end], free[end]) for end in (slice(2 * reach), slice(-2 * reach, None)))
    low = next((i for i in range(min(reach, len(area))) if area[i] >= FULL * first), 0)
    high = next((i for i in range(min(reach, len(area))) if area[-1 - i] >= FULL * last), 0)
    return slice(rows.start + low, rows.start + len(values) - high)


def _usual(area: Array, free: Array) -> float:
    """Median of an end's areas, of its free sections if it has any: a plate's would make a short stump all end."""
    return float(np.median(area[free] if free.any() else area))


def _ellipticity(section: Array, around: Array) -> tuple[float, Vector]:
    """Second harmonic of a section's outline over its mean, and the unit direction of the longer axis."""
    outline = [np.interp(-0.5, -section[:, a], RADII_MM) for a in range(section.shape[1])]
    harmonics = np.fft.rfft(outline)
    turn = -float(np.angle(harmonics[2])) / 2
    long_axis = np.cos(turn) * around[0] + np.sin(turn) * around[len(around) // 4]
    return float(2 * abs(harmonics[2]) / abs(harmonics[0])), long_axis


def _run(mask: Array, at: int) -> slice | None:
    """The stretch of true values around an index (or within 2 mm of it)."""
    near = np.flatnonzero(mask[max(at - 4, 0) : at + 5])
    if not len(near):
        return None
    at = max(at - 4, 0) + int(near[np.argmin(np.abs(near - 4))])
    before, after = np.flatnonzero(~mask[:at]), np.flatnonzero(~mask[at:])
    return slice(int(before[-1]) + 1 if len(before) else 0, at + int(after[0]) if len(after) else len(mask))


def _free_stretch(free: Array) -> range | None:
    """The longest free stretch, joined over short crossings."""
    stretches = _stretches(free)
    if not stretches:
        return None
    best = max(stretches, key=len)
    for other in sorted(stretches, key=lambda s: abs(s[0] - best[0])):
        gap = max(other[0] - best[-1], best[0] - other[-1])
        if gap * STEP_MM <= CROSSING_MM:
            best = range(min(best[0], other[0]), max(best[-1], other[-1]) + 1)
    return best


def _stretches(free: Array) -> list[range]:
    """Stretches of free stations at least LEAST_FREE_MM long."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], free, [False]]).astype(int)))
    return [range(int(a), int(b)) for a, b in edges.reshape(-1, 2) if (b - a) * STEP_MM >= LEAST_FREE_MM]
