"""Round-ended rods that a new screw must keep away from: old tunnels, pieces of metal, other new screws."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.plan import Screw
from hemipelvis.screws.segment_distance import nearest_capsule


class Capsules(NamedTuple):
    """starts, ends (k, 3) LPS mm; radii (k,) mm."""

    starts: Array
    ends: Array
    radii: Array

    def joined(self, other: "Capsules") -> "Capsules":
        """Both lots."""
        return Capsules(
            np.vstack([self.starts, other.starts]),
            np.vstack([self.ends, other.ends]),
            np.concatenate([self.radii, other.radii]),
        )

    def clearance(self, start: Any, end: Any, radius_mm: float) -> float | None:
        """Edge-to-edge distance, mm, of a rod from the nearest capsule; None where there are none."""
        if len(self.radii) == 0:
            return None
        p, q = np.ascontiguousarray(start, float), np.ascontiguousarray(end, float)
        return float(nearest_capsule(p, q, *self)) - radius_mm

    def away(self, points: Array) -> Array:
        """Distance (n,), mm, of points (n, 3) from the nearest capsule's surface; infinite where there are none."""
        best = np.full(len(points), np.inf)
        for start, end, radius in zip(*self, strict=True):
            along = end - start
            share = np.clip((points - start) @ along / max(float(along @ along), 1e-12), 0, 1)
            best = np.minimum(best, np.linalg.norm(points - start - share[:, None] * along, axis=1) - radius)
        return best


def capsules(rods: Iterable[tuple[Any, Any, float]]) -> Capsules:
    """Capsules from (start, end, radius_mm)."""
    rods = list(rods)
    starts = np.array([r[0] for r in rods], float).reshape(-1, 3)
    return Capsules(starts, np.array([r[1] for r in rods], float).reshape(-1, 3), np.array([r[2] for r in rods], float))


def of_screws(screws: Iterable[Screw]) -> Capsules:
    """New screws, head to tip."""
    return capsules((s.entry, s.tip, s.diameter_mm / 2) for s in screws)
