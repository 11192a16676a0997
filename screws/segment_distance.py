"""Exact distance between two line segments: screw against tunnel, screw against screw.

Closest points by clamping the two line parameters in turn (Ericson, "Real-Time Collision Detection", 2005, 5.1.9).
"""

from typing import Any

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled

PARALLEL = 1e-12  # below this share of the squared lengths two directions count as parallel


@compiled
def _dot(a: Array, b: Array) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@compiled
def _clamp(value: float) -> float:
    return min(max(value, 0.0), 1.0)


@compiled
def segment_to_segment(p: Array, q: Array, a: Array, b: Array) -> float:
    """Distance, mm, between segments p–q and a–b; either may be a point."""
    u, v, w = q - p, b - a, p - a
    uu, vv, uv, uw, vw = _dot(u, u), _dot(v, v), _dot(u, v), _dot(u, w), _dot(v, w)
    determinant = uu * vv - uv * uv
    s = _clamp((uv * vw - uw * vv) / determinant) if determinant > PARALLEL * uu * vv else 0.0
    t = (uv * s + vw) / vv if vv > 0 else 0.0
    if t < 0 or t > 1 or vv == 0:
        t = _clamp(t)
        s = _clamp((uv * t - uw) / uu) if uu > 0 else 0.0
    gap = w + s * u - t * v
    return np.sqrt(_dot(gap, gap))


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
