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
from numba import prange

from hemipelvis.arrays import Array, Distances, Point, Points, frozen, unit
from hemipelvis.compiled import compiled_parallel
from hemipelvis.frames import Plane
from hemipelvis.round_distances import cylinder_distance, oval_cylinder_distance, sphere_distance
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

    def near_surface(self, grid: Volume, band_mm: float, stride: int = 4) -> Volume:
        """Values on a grid, computed at every node nearer than `band_mm` to the surface and interpolated farther away.

        For fields that change by at most 1.2 mm per mm: first every `stride`-th node, then the blocks of nodes whose
        corners do not prove that the surface is far. About ten times fewer evaluations than `on`.
        """
        nx, ny, nz = (int(n) for n in grid.size)
        steps = [_steps(n, stride) for n in (nz, ny, nx)]
        z, y, x = (grid.origin[2 - a] + grid.spacing[2 - a] * s for a, s in enumerate(steps))
        corners = np.stack(np.meshgrid(z, y, x, indexing="ij")[::-1], axis=-1)
        coarse = self(corners.reshape(-1, 3)).reshape(corners.shape[:3])
        values = _stretched(coarse, steps)
        reach = band_mm + 1.2 * stride * float(np.linalg.norm(grid.spacing)) / 2
        todo = np.flatnonzero(np.abs(values) < reach)
        for part in np.array_split(todo, max(1, len(todo) // 400_000)):
            k, j, i = np.unravel_index(part, values.shape)
            values.reshape(-1)[part] = self(grid.world_from_index(np.stack([i, j, k], axis=1)))
        return grid.like(values)


def _steps(count: int, stride: int) -> Array:
    """About every `stride`-th of `count` numbers, both ends among them, the same from either end."""
    half = (count - 1) // 2
    below = np.append(np.arange(0, half, stride), half)
    return np.unique(np.append(below, count - 1 - below))


def _stretched(coarse: Array, steps: Sequence[Array]) -> Array:
    """Trilinear values at all whole indices from those at `steps`, axis by axis (float32)."""
    values = coarse.astype(np.float32)
    for axis, at in enumerate(steps):
        nodes = np.arange(at[-1] + 1)
        upper = np.clip(np.searchsorted(at, nodes), 1 if len(at) > 1 else 0, len(at) - 1)
        lower = np.maximum(upper - 1, 0)
        share = ((nodes - at[lower]) / np.maximum(at[upper] - at[lower], 1)).astype(np.float32)
        share = share.reshape([-1 if a == axis else 1 for a in range(3)])
        values = np.take(values, lower, axis) * (1 - share) + np.take(values, upper, axis) * share
    return values


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
    return Field(lambda p: sphere_distance(np.ascontiguousarray(p), c, float(radius_mm)))


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
    axis, middle, half = unit(e - s), (s + e) / 2, float(np.linalg.norm(e - s)) / 2
    return Field(lambda p: cylinder_distance(np.ascontiguousarray(p), middle, axis, half, float(radius_mm)))


def oval_cylinder(centre: Any, axes: Any, halves_mm: Any, height_mm: float) -> Field:
    """A flat-ended elliptic cylinder on its base: axes (3, 3) rows major, minor, upward; halves (2,) of its ellipse.

    It stands from `centre` up to `height_mm`; radial distance to first order.
    """
    c, a, r = frozen(centre), frozen(axes), frozen(halves_mm)
    return Field(lambda p: oval_cylinder_distance(np.ascontiguousarray(p), c, a, r, float(height_mm)))


def dome(centre: Any, axis: Any, radius_mm: float, wall_mm: float, rim_mm: float = 0) -> Field:
    """A spherical bowl open along `axis`, its rim round; `radius_mm` to the middle of the wall, exact distance.

    The wall's middle ends `rim_mm` beyond the centre along the axis (Quilez' cut hollow sphere).
    """
    c, a = frozen(centre), unit(axis)
    width = float(np.sqrt(radius_mm**2 - rim_mm**2))

    def distance(p: Points) -> Distances:
        q = p - c
        along = q @ a
        across = np.sqrt(np.maximum((q * q).sum(axis=1) - along**2, 0))
        at_rim = along * width > rim_mm * across
        rim = np.hypot(across - width, along - rim_mm)
        return np.where(at_rim, rim, np.abs(np.hypot(across, along) - radius_mm)) - wall_mm / 2

    return Field(distance)


def cone(apex: Any, axis: Any, half_angle_deg: float) -> Field:
    """All points within an angle of a half-line from `apex` along `axis`; exact for half angles up to 90°."""
    o, a, angle = frozen(apex), unit(axis), np.radians(half_angle_deg)

    def distance(p: Points) -> Distances:
        q = p - o
        along = q @ a
        across = np.sqrt(np.maximum((q * q).sum(axis=1) - along**2, 0))
        slope = across * np.cos(angle) - along * np.sin(angle)
        foot = along * np.cos(angle) + across * np.sin(angle)
        return np.where(foot < 0, np.hypot(along, across), slope)

    return Field(distance)


def sweep(path: Any, radii_mm: Any) -> Field:
    """A round section swept along a polyline (m, 3), radii (m,) linear between its points."""
    points = frozen(path)
    radii = frozen(np.broadcast_to(np.asarray(radii_mm, float), len(points)))

    return Field(lambda p: _swept(np.ascontiguousarray(p), points, radii))


@compiled_parallel
def _swept(points: Array, path: Array, radii: Array) -> Array:
    out = np.empty(points.shape[0])
    for n in prange(points.shape[0]):
        best = np.inf
        for s in range(path.shape[0] - 1):
            dx, dy, dz = path[s + 1, 0] - path[s, 0], path[s + 1, 1] - path[s, 1], path[s + 1, 2] - path[s, 2]
            qx, qy, qz = points[n, 0] - path[s, 0], points[n, 1] - path[s, 1], points[n, 2] - path[s, 2]
            t = min(max((qx * dx + qy * dy + qz * dz) / max(dx * dx + dy * dy + dz * dz, 1e-30), 0.0), 1.0)
            away = np.sqrt((qx - t * dx) ** 2 + (qy - t * dy) ** 2 + (qz - t * dz) ** 2)
            best = min(best, away - (radii[s] + (radii[s + 1] - radii[s]) * t))
        out[n] = best
    return out


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


def outward_normals(body: Volume, places: Points) -> Array:
    """Unit normals (n, 3) out of {body < 0} at places (n, 3) near its surface, by differences over one voxel."""
    field, h = from_volume(body), float(body.spacing[0])
    slopes = np.stack([field(places + s) - field(places - s) for s in h * np.eye(3)], axis=1)
    return np.asarray(slopes / np.maximum(np.linalg.norm(slopes, axis=1, keepdims=True), 1e-9))
