"""A solid lofted along a curve with elliptical sections that vary smoothly in size, shape and orientation.

A section is a symmetric positive tensor C (3, 3), mm²: the ellipse's squared half axes along its axes, as a covariance.
Tensors mix linearly without any question of which axis belongs to which, so the loft is as smooth as its stations.
Distance is to first order in the section nearest to the point (Quilez' ellipsoid), exact where the section is round.
"""

from typing import Any

import numpy as np
from numba import prange

from hemipelvis.arrays import Array, Points, frozen
from hemipelvis.compiled import compiled, compiled_parallel
from hemipelvis.field import Field


def oval_sweep(path: Any, sections: Any) -> Field:
    """The loft over a polyline (m, 3), m ≥ 2, with section tensors (m, 3, 3) in mm²; its ends are half ellipsoids."""
    points, tensors = frozen(path), frozen(sections)
    return Field(lambda p: _oval_distance(np.ascontiguousarray(p), points, tensors))


def ellipse_tensor(major: Any, minor: Any, tangent: Any, major_mm: float, minor_mm: float) -> Array:
    """Tensor (3, 3) of an ellipse with unit axes; along the tangent it is as long as its mean half axis."""
    axes = np.array([major, minor, tangent], float)
    halves = np.array([major_mm, minor_mm, np.sqrt(major_mm * minor_mm)])
    return np.einsum("i,ij,ik->jk", halves**2, axes, axes)


@compiled
def _nearest(p: Array, path: Array) -> tuple[int, float]:
    best, segment, share = np.inf, 0, 0.0
    for s in range(path.shape[0] - 1):
        dx, dy, dz = path[s + 1, 0] - path[s, 0], path[s + 1, 1] - path[s, 1], path[s + 1, 2] - path[s, 2]
        qx, qy, qz = p[0] - path[s, 0], p[1] - path[s, 1], p[2] - path[s, 2]
        t = min(max((qx * dx + qy * dy + qz * dz) / max(dx * dx + dy * dy + dz * dz, 1e-30), 0.0), 1.0)
        d = (qx - t * dx) ** 2 + (qy - t * dy) ** 2 + (qz - t * dz) ** 2
        if d < best:
            best, segment, share = d, s, t
    return segment, share


@compiled
def _solve(c: Array, q: Array) -> Array:
    """C⁻¹ q for a symmetric 3 × 3 tensor, by cofactors."""
    a00, a01, a02 = c[1, 1] * c[2, 2] - c[1, 2] ** 2, c[0, 2] * c[1, 2] - c[0, 1] * c[2, 2], 0.0
    a02 = c[0, 1] * c[1, 2] - c[0, 2] * c[1, 1]
    a11, a12 = c[0, 0] * c[2, 2] - c[0, 2] ** 2, c[0, 1] * c[0, 2] - c[0, 0] * c[1, 2]
    a22 = c[0, 0] * c[1, 1] - c[0, 1] ** 2
    det = c[0, 0] * a00 + c[0, 1] * a01 + c[0, 2] * a02
    x = np.empty(3)
    x[0] = (a00 * q[0] + a01 * q[1] + a02 * q[2]) / det
    x[1] = (a01 * q[0] + a11 * q[1] + a12 * q[2]) / det
    x[2] = (a02 * q[0] + a12 * q[1] + a22 * q[2]) / det
    return x


@compiled_parallel
def _oval_distance(points: Array, path: Array, tensors: Array) -> Array:
    out = np.empty(points.shape[0])
    for n in prange(points.shape[0]):
        s, t = _nearest(points[n], path)
        c = tensors[s] * (1 - t) + tensors[s + 1] * t
        q = points[n] - path[s] * (1 - t) - path[s + 1] * t
        if q[0] ** 2 + q[1] ** 2 + q[2] ** 2 < 1e-12:
            q = q + 1e-6
        x = _solve(c, q)
        k0 = np.sqrt(q[0] * x[0] + q[1] * x[1] + q[2] * x[2])
        out[n] = k0 * (k0 - 1) / np.sqrt(x[0] ** 2 + x[1] ** 2 + x[2] ** 2)
    return out


@compiled_parallel
def _positions(points: Array, path: Array) -> Array:
    out = np.empty(points.shape[0])
    for n in prange(points.shape[0]):
        s, t = _nearest(points[n], path)
        out[n] = s + t
    return out


def position_on_path(points: Points, path: Points) -> Array:
    """Where on a polyline (m, 3) each point's (n, 3) foot lies: segment plus the share of it, 0 … m − 1."""
    return _positions(np.ascontiguousarray(points, float), np.ascontiguousarray(path, float))
