"""Fewer triangles for an open patch: edges collapsed in the order of the harm done, the patch's border left as it is.

Harm is the squared distance between triangles and the true surface, summed over the area, which is known here and
need not be guessed from the mesh (as quadrics do; Garland and Heckbert 1997).
"""

import heapq
from itertools import count

import numpy as np

from hemipelvis.arrays import Array, Points
from hemipelvis.compiled import compiled
from hemipelvis.lattice.fit_surface import Patch, Target, border
from hemipelvis.lattice.gyroid import TURN

PROBES = np.array([(4, 1, 1), (1, 4, 1), (1, 1, 4), (2, 2, 2), (3, 3, 0), (0, 3, 3), (3, 0, 3)]) / 6
LEAST_FACING = 0.7
"""Cosine between a new triangle and the surface under it; steeper ones would fold."""
LEAST_SHAPE = 0.12
"""Least 4√3 area / sum of squared sides: 1 for an equilateral triangle."""


def simplified(patch: Patch, wanted: int, target: Target) -> Patch:
    """The patch with at most `wanted` triangles, or as few as collapses without folds allow."""
    return _Collapse(patch, target).down_to(wanted)


@compiled
def _distance(x: float, y: float, z: float, level: float, sheet: bool, n: float) -> tuple[float, float, float, float]:
    """Distance to first order, in nodes, and the unit normal, of a place in nodes, as in `Target`."""
    turn = TURN / n
    sx, cx, sy, cy, sz, cz = (
        np.sin(turn * x), np.cos(turn * x), np.sin(turn * y), np.cos(turn * y), np.sin(turn * z), np.cos(turn * z),
    )  # fmt: skip
    g = sx * cy + sy * cz + sz * cx
    u, v, w = turn * (cx * cy - sz * sx), turn * (cy * cz - sx * sy), turn * (cz * cx - sy * sz)
    steep = max(np.sqrt(u * u + v * v + w * w), 1e-9)
    sign = -1.0 if sheet and g < 0 else 1.0
    return (sign * g - level) / steep, sign * u / steep, sign * v / steep, sign * w / steep


@compiled
def _harm(corners: Array, level: float, sheet: bool, n: float, strict: bool) -> float:
    total = 0.0
    for f in range(len(corners)):
        t = corners[f]
        ab, ac, bc = t[1] - t[0], t[2] - t[0], t[2] - t[1]
        normal = np.cross(ab, ac)
        area = np.sqrt(np.sum(normal * normal)) / 2
        if strict:
            middle = (t[0] + t[1] + t[2]) / 3
            _, u, v, w = _distance(middle[0], middle[1], middle[2], level, sheet, n)
            facing = (normal[0] * u + normal[1] * v + normal[2] * w) / 2
            if facing < LEAST_FACING * area or t.min() < 0 or t.max() > n:
                return np.inf
            if 4 * np.sqrt(3.0) * area < LEAST_SHAPE * (np.sum(ab * ab) + np.sum(ac * ac) + np.sum(bc * bc)):
                return np.inf
        away = 0.0
        for p in range(len(PROBES)):
            place = PROBES[p, 0] * t[0] + PROBES[p, 1] * t[1] + PROBES[p, 2] * t[2]
            away += _distance(place[0], place[1], place[2], level, sheet, n)[0] ** 2
        total += area * away / len(PROBES)
    return total


class _Collapse:
    """The mesh while it shrinks."""

    def __init__(self, patch: Patch, target: Target) -> None:
        self.target, self.places = target, patch.vertices.copy()
        self.fixed = border(patch, target.samples)
        self.faces: dict[int, tuple[int, int, int]] = {
            f: (int(a), int(b), int(c)) for f, (a, b, c) in enumerate(patch.faces)
        }
        self.around: dict[int, set[int]] = {}
        for f, face in self.faces.items():
            for v in face:
                self.around.setdefault(v, set()).add(f)
        self.stamp, self.ticket = np.zeros(len(self.places), int), count()
        self.queue: list[tuple[float, int, int, int, int, int, Points]] = []

    def down_to(self, wanted: int) -> Patch:
        edges = {(min(e), max(e)) for face in self.faces.values() for e in self._sides(face)}
        for a, b in sorted(edges):
            self._offer(a, b)
        while len(self.faces) > wanted and self.queue:
            _, _, gone, stays, stamp_gone, stamp_stays, place = heapq.heappop(self.queue)
            if (self.stamp[gone], self.stamp[stays]) == (stamp_gone, stamp_stays) and self._closed_after(gone, stays):
                self._collapse(gone, stays, place)
        return Patch(self.places, np.array([self.faces[f] for f in sorted(self.faces)]))

    @staticmethod
    def _sides(face: tuple[int, int, int]) -> tuple[tuple[int, int], ...]:
        return (face[0], face[1]), (face[1], face[2]), (face[2], face[0])

    def _neighbours(self, v: int) -> set[int]:
        return {u for f in self.around[v] for u in self.faces[f]} - {v}

    def _closed_after(self, gone: int, stays: int) -> bool:
        """The link condition (Dey et al. 1999): the two ends share exactly the two neighbours across the edge."""
        return (
            gone in self.around and stays in self.around
            and len(self.around[gone] & self.around[stays]) == 2
            and len(self._neighbours(gone) & self._neighbours(stays)) == 2
        )  # fmt: skip

    def _offer(self, a: int, b: int) -> None:
        """Queue the collapse of an edge into its best place, unless both ends are fixed or it would fold."""
        gone, stays = (b, a) if self.fixed[a] else (a, b)
        if self.fixed[gone] or not self._closed_after(gone, stays):
            return
        faces = self.around[gone] | self.around[stays]
        ring = np.array([self.faces[f] for f in sorted(faces - (self.around[gone] & self.around[stays]))])
        before = self._harm(self.places[np.array([self.faces[f] for f in sorted(faces)])])
        choices = self._choices(gone, stays)
        after = [(self._harm_at(ring, gone, stays, place), n) for n, place in enumerate(choices)]
        cost, best = min(after)
        if np.isfinite(cost):
            stamps = int(self.stamp[gone]), int(self.stamp[stays])
            heapq.heappush(self.queue, (cost - before, next(self.ticket), gone, stays, *stamps, choices[best]))

    def _choices(self, gone: int, stays: int) -> list[Points]:
        if self.fixed[stays]:
            return [self.places[stays]]
        a, b = self.places[gone], self.places[stays]
        return [self._onto(share * a + (1 - share) * b) for share in (0.5, 0.0, 1.0, 0.25, 0.75)]

    def _onto(self, place: Points) -> Points:
        for _ in range(2):
            away, *normal = _distance(
                place[0], place[1], place[2], self.target.level, self.target.sheet, float(self.target.samples)
            )
            place = place - away * np.array(normal)
        return place

    def _harm_at(self, ring: Array, gone: int, stays: int, place: Points) -> float:
        corners = np.where(((ring == gone) | (ring == stays))[:, :, None], place, self.places[ring])
        return self._harm(corners, strict=True)

    def _harm(self, corners: Points, strict: bool = False) -> float:
        """Squared distance summed over triangles (f, 3, 3); infinite for folds and needles when strict."""
        return _harm(corners, self.target.level, self.target.sheet, float(self.target.samples), strict)

    def _collapse(self, gone: int, stays: int, place: Points) -> None:
        for f in self.around[gone] & self.around[stays]:
            for v in self.faces.pop(f):
                self.around[v].discard(f)
        for f in self.around.pop(gone):
            self.faces[f] = tuple(stays if v == gone else v for v in self.faces[f])  # type: ignore[assignment]
            self.around[stays].add(f)
        self.places[stays] = place
        changed = {stays, *self._neighbours(stays)}
        for v in changed:
            self.stamp[v] += 1
        edges = {(min(v, u), max(v, u)) for v in changed for u in self._neighbours(v)}
        for a, b in sorted(edges):
            self._offer(a, b)
