"""Exact distance between two line segments: screw against tunnel, screw against screw.

Closest points by clamping the two line parameters in turn (Ericson, "Real-Time Collision Detection", 2005, 5.1.9).
"""

from typing import Any

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled

PARALLEL = 1e-12  # below this share of the squared lengths two directions count as parallel


@compiled
def _clamp(value: float) -> float:
    return min(max(value, 0.0), 1.0)


@compiled
def segment_to_segment(p: Array, q: Array, a: Array, b: Array) -> float:
    """Distance, mm, between segments p–q and a–b; either may be a point. Scalars: arrays here would be allocated."""
    ux, uy, uz = q[0] - p[0], q[1] - p[1], q[2] - p[2]
    vx, vy, vz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    wx, wy, wz = p[0] - a[0], p[1] - a[1], p[2] - a[2]
    uu, vv, uv = ux * ux + uy * uy + uz * uz, vx * vx + vy * vy + vz * vz, ux * vx + uy * vy + uz * vz
    uw, vw = ux * wx + uy * wy + uz * wz, vx * wx + vy * wy + vz * wz
    determinant = uu * vv - uv * uv
    s = _clamp((uv * vw - uw * vv) / determinant) if determinant > PARALLEL * uu * vv else 0.0
    t = (uv * s + vw) / vv if vv > 0 else 0.0
    if t < 0 or t > 1 or vv == 0:
        t = _clamp(t)
        s = _clamp((uv * t - uw) / uu) if uu > 0 else 0.0
    gx, gy, gz = wx + s * ux - t * vx, wy + s * uy - t * vy, wz + s * uz - t * vz
    return np.sqrt(gx * gx + gy * gy + gz * gz)


@compiled
def nearest_capsule(p: Array, q: Array, starts: Array, ends: Array, radii: Array) -> float:
    """Least distance, mm, from segment p–q to the surfaces of capsules (k of them); infinite when there are none."""
    best = np.inf
    for k in range(radii.shape[0]):
        best = min(best, segment_to_segment(p, q, starts[k], ends[k]) - radii[k])
    return best


def distance(p: Any, q: Any, a: Any, b: Any) -> float:
    """`segment_to_segment` for any array-likes."""
    return float(segment_to_segment(*(np.ascontiguousarray(v, float) for v in (p, q, a, b))))
