"""Implicit solids: a field gives the signed distance (mm, negative inside) at points (n, 3).

Primitives are exact distances; Booleans and blends keep the sign exact and the value a lower bound of the distance
outside (Quilez, "Distance functions", 2008–; the smooth minimum is his quadratic polynomial one: it changes the
solid only where both parts are nearer than the blend radius).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from hemipelvis.arrays import Array, Distances, Point, Points, frozen, unit
from hemipelvis.frames import Plane
from hemipelvis.volume import Volume, empty_grid


@dataclass(frozen=True)
class Field:
    """A solid as a function from points (n, 3), LPS mm, to signed distances (n,), mm."""

    evaluate: Callable[[Points], Distances]

    def __call__(self, points: Any) -> Distances:
        """Signed distances (n,) at points (n, 3)."""
        return self.evaluate(np.asarray(points, float))

    def __or__(self, other: "Field") -> "Field":
        return Field(lambda p: np.minimum(self(p), other(p)))

    def __and__(self, other: "Field") -> "Field":
        return Field(lambda p: np.maximum(self(p), other(p)))

    def __sub__(self, other: "Field") -> "Field":
        return Field(lambda p: np.maximum(self(p), -other(p)))

    def __neg__(self) -> "Field":
        return Field(lambda p: -self(p))

    def smooth_union(self, other: "Field", radius_mm: float) -> "Field":
        """Union with a fillet of about `radius_mm`."""
        return Field(lambda p: smooth_min(self(p), other(p), radius_mm))

    def smooth_intersection(self, other: "Field", radius_mm: float) -> "Field":
        """Intersection with its edge rounded."""
        return -(-self).smooth_union(-other, radius_mm)

    def smooth_difference(self, other: "Field", radius_mm: float) -> "Field":
        """Difference with its edge rounded."""
        return self.smooth_intersection(-other, radius_mm)

    def offset(self, distance_mm: float) -> "Field":
        """The solid grown by `distance_mm` (shrunk when negative)."""
        return Field(lambda p: self(p) - distance_mm)

    def shell(self, inside_mm: float) -> "Field":
        """The layer from the surface to `inside_mm` below it."""
        return Field(lambda p: np.maximum(self(p), -(self(p) + inside_mm)))

    def mirrored(self, plane: Plane) -> "Field":
        """The solid reflected through a plane."""
        return Field(lambda p: self(plane.mirror(p)))

    def moved(self, rotation: Any, translation: Any) -> "Field":
        """The solid under x ↦ rotation @ x + translation."""
        r, t = np.asarray(rotation, float), np.asarray(translation, float)
        return Field(lambda p: self((p - t) @ r))

    def sampled(self, lower: Any, upper: Any, pitch_mm: float, slab: int = 8) -> Volume:
        """Values on a float32 grid over a world box, a few slices at a time to bound memory."""
        return self.on(empty_grid(lower, upper, pitch_mm), slab)

    def on(self, grid: Volume, slab: int = 8) -> Volume:
        """Values (float32) at the nodes of a grid."""
        nx, ny, nz = (int(n) for n in grid.size)
        x, y, z = (grid.origin[a] + grid.spacing[a] * np.arange(n) for a, n in enumerate((nx, ny, nz)))
        values = np.empty((nz, ny, nx), np.float32)
        for k in range(0, nz, slab):
            nodes = np.stack(np.meshgrid(z[k : k + slab], y, x, indexing="ij")[::-1], axis=-1)
            values[k : k + slab] = self(nodes.reshape(-1, 3)).reshape(nodes.shape[:3])
        return grid.like(values)


def smooth_min(a: Array, b: Array, radius_mm: float) -> Array:
    """Quadratic smooth minimum; equal to min(a, b) where |a − b| ≥ radius."""
    if radius_mm <= 0:
        return np.minimum(a, b)
    h = np.maximum(radius_mm - np.abs(a - b), 0) / radius_mm
    return np.minimum(a, b) - h * h * radius_mm / 4


def union(fields: Sequence[Field], radius_mm: float = 0) -> Field:
    """Union of one or more fields, blended when a radius is given."""
    return reduce(lambda a, b: a.smooth_union(b, radius_mm), fields)


def sphere(centre: Any, radius_mm: float) -> Field:
    """A ball."""
    c = frozen(centre)
    return Field(lambda p: np.linalg.norm(p - c, axis=1) - radius_mm)


def half_space(plane: Plane) -> Field:
    """All points behind the plane (against its normal)."""
    return Field(plane.distance)


def ellipsoid(centre: Any, radii_mm: Any, axes: Any = None) -> Field:
    """An ellipsoid with axes as rows (world axes unless given); distance to first order (Quilez)."""
    c, r, a = frozen(centre), frozen(radii_mm), frozen(np.eye(3) if axes is None else axes)

    def distance(p: Points) -> Distances:
        q = (p - c) @ a.T
        k0, k1 = np.linalg.norm(q / r, axis=1), np.linalg.norm(q / r**2, axis=1)
        return np.where(k1 > 0, k0 * (k0 - 1) / np.where(k1 > 0, k1, 1), -r.min())

    return Field(distance)


def box(centre: Any, half_mm: Any, axes: Any = None, rounding_mm: float = 0) -> Field:
    """A box of given half lengths along axes (rows); its edges rounded without growing it."""
    c, h, a = frozen(centre), frozen(half_mm) - rounding_mm, frozen(np.eye(3) if axes is None else axes)

    def distance(p: Points) -> Distances:
        q = np.abs((p - c) @ a.T) - h
        return np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0) - rounding_mm

    return Field(distance)


def capsule(start: Any, end: Any, radius_mm: float, end_radius_mm: float | None = None) -> Field:
    """A round-ended rod between two points, its radius linear from start to end (a tapered rod is a lower bound)."""
    return sweep(np.vstack([start, end]), [radius_mm, radius_mm if end_radius_mm is None else end_radius_mm])


def cylinder(start: Any, end: Any, radius_mm: float) -> Field:
    """A flat-ended cylinder between two points."""
    s, e = frozen(start), frozen(end)
    axis, half = unit(e - s), float(np.linalg.norm(e - s)) / 2

    def distance(p: Points) -> Distances:
        q = p - (s + e) / 2
        along = q @ axis
        radial = np.linalg.norm(q - along[:, None] * axis, axis=1) - radius_mm
        over = np.abs(along) - half
        outside = np.hypot(np.maximum(radial, 0), np.maximum(over, 0))
        return outside + np.minimum(np.maximum(radial, over), 0)

    return Field(distance)


def sweep(path: Any, radii_mm: Any) -> Field:
    """A round section swept along a polyline (m, 3), radii (m,) linear between its points."""
    points = frozen(path)
    radii = frozen(np.broadcast_to(np.asarray(radii_mm, float), len(points)))

    def distance(p: Points) -> Distances:
        best = np.full(len(p), np.inf)
        for a, b, ra, rb in zip(points[:-1], points[1:], radii[:-1], radii[1:], strict=True):
            t = position_on_segment(p, a, b)
            best = np.minimum(best, np.linalg.norm(p - a - t[:, None] * (b - a), axis=1) - (ra + (rb - ra) * t))
        return best

    return Field(distance)


def position_on_segment(points: Points, start: Point, end: Point) -> Array:
    """Parameter (n,) in [0, 1] of the nearest point of a segment to each point."""
    d = end - start
    return np.clip((points - start) @ d / max(float(d @ d), 1e-30), 0, 1)


def from_volume(volume: Volume) -> Field:
    """A sampled field: trilinear inside the grid, continued outside by the distance to the grid's box."""

    def distance(p: Points) -> Distances:
        nearest = np.clip(p, volume.origin, volume.upper)
        return volume.sample(nearest) + np.linalg.norm(p - nearest, axis=1)

    return Field(distance)
