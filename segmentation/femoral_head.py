"""Femoral heads as spheres: gradient voting for the centre, then least squares on the surface that voted.

Every bright-inside edge votes for the points one radius up its gradient (Duda & Hart 1972; Kimme et al. 1975); the
head's joint surface is the largest sphere-like bright object of the pelvis.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array, Mask, Point, Points, frozen
from hemipelvis.frames import Plane, Side
from hemipelvis.segmentation.untyped import ndimage
from hemipelvis.volume import Volume

RADII_MM = (18.0, 30.0)
"""Adult femoral heads have diameters of 38 to 58 mm (Milner & Boldsen 2012), widened a little."""
EDGE_HU_PER_MM = 40.0
EDGE_SIGMA_MM = 1.0
TOLERANCE_MM = 1.5
VOTE_MM = 2.5
SOCKET_MM = (1.0, 7.0)
"""How far outside the head's surface the socket's may lie: cartilage of both and some play."""
REACH_MM = 14.0
MOST_UNLIKE_MM = 15.0
"""Most by which two hips' distances from the midline differ: twice its error of 3 mm, and anatomy."""
LEAST_COVERAGE, LEAST_SOCKET, LEAST_SUM = 0.35, 0.1, 0.75


@dataclass(frozen=True)
class Head:
    """A femoral head: centre (LPS mm), radius, and the shares of directions where its and the socket's edge show."""

    centre: Point
    radius_mm: float
    coverage: float
    socket: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "centre", frozen(self.centre))


def femoral_head(ct: Volume, where: Mask, metal: Mask) -> Head | None:
    """The sphere, its centre `where` (z, y, x), that looks most like a head in its socket; None if none does.

    ct: HU on an isotropic grid of 1 to 3 mm; metal: voxels whose surroundings must not vote. A head shows its own
    bright surface and, around it, the socket's: their coverages add up.
    """
    points, inward = _edges(ct, ~ndimage.binary_dilation(metal, iterations=2))
    if len(points) == 0 or not where.any():
        return None
    candidates = [_refined(seed, radius, points, inward) for seed, radius in _votes(ct, where, points, inward)]
    solid = [h for h in candidates if h is not None and _seen(h) and _is_bone(ct, metal, h)]
    return max(solid, key=lambda h: h.coverage + h.socket, default=None)


def paired_heads(heads: Mapping[Side, Head], midline: Plane, side: Side) -> dict[Side, Head]:
    """Heads without the affected side's where it lies at another distance from the midline than the other.

    A hip rebuilt may leave a trochanter that looks like a head; bearings taken from it shift the whole pelvis.
    """
    far = {s: abs(float(midline.distance(h.centre))) for s, h in heads.items()}
    unlike = len(far) == 2 and abs(far[side] - far[side.other]) > MOST_UNLIKE_MM
    return {s: h for s, h in heads.items() if not (unlike and s is side)}


def _edges(ct: Volume, allowed: Mask) -> tuple[Points, Points]:
    """Points on edges (n, 3) and the unit directions to the bright side (n, 3)."""
    clipped = np.clip(ct.voxels, 0, 500).astype(np.float32)
    smooth = ndimage.gaussian_filter(clipped, EDGE_SIGMA_MM / ct.spacing[0])
    gradient = np.stack(np.gradient(smooth, *ct.sampling)[::-1], -1)
    size = np.linalg.norm(gradient, axis=-1)
    chosen = allowed & (size > EDGE_HU_PER_MM) & _ridge(size)
    return ct.points_where(chosen), gradient[chosen] / size[chosen][:, None]


def _ridge(size: Array) -> Mask:
    """Voxels nearly as steep as the steepest beside them: the edge, not its flanks."""
    return size > 0.8 * ndimage.maximum_filter(size, 3)


def _votes(ct: Volume, where: Mask, points: Points, inward: Points) -> list[tuple[Point, float]]:
    """Centres and radii to try: the three best centres of each radius, on a grid of `VOTE_MM`."""
    shape = np.ceil(ct.size * ct.spacing / VOTE_MM).astype(int) + 1
    nodes = ct.origin + np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), -1) * VOTE_MM
    allowed = ct.like(where).nearest(nodes).reshape(shape)
    found = []
    for radius in np.arange(RADII_MM[0], RADII_MM[1] + 0.5, 1.0):
        index = np.rint((points + radius * inward - ct.origin) / VOTE_MM).astype(np.int64)
        flat = np.ravel_multi_index(tuple(index[np.all((index >= 0) & (index < shape), axis=1)].T), tuple(shape))
        count = np.bincount(flat, minlength=int(shape.prod())).reshape(shape).astype(np.float32)
        density = np.where(allowed, ndimage.gaussian_filter(count, 0.8), 0) / radius**2
        found += [(ct.origin + p * VOTE_MM, float(radius)) for p in _peaks(density, 3, round(10 / VOTE_MM))]
    return found


def _peaks(density: Array, count: int, apart: int) -> list[Array]:
    """Indices of the highest voxels, each further from the others than `apart` voxels."""
    left, peaks = density.copy(), []
    for _ in range(count):
        peak = np.array(np.unravel_index(int(np.argmax(left)), left.shape))
        peaks.append(peak)
        left[tuple(slice(max(p - apart, 0), p + apart + 1) for p in peak)] = 0
    return peaks


def _refined(centre: Point, radius: float, points: Points, inward: Points) -> Head | None:
    """Least-squares sphere on the edge points that agree with it, iterated with a narrowing band."""
    near = np.all(np.abs(points - centre) < radius + REACH_MM, axis=1)
    points, inward, chosen = points[near], inward[near], np.zeros(np.count_nonzero(near), bool)
    for band in (3.0, 2.5, 2.0, TOLERANCE_MM, TOLERANCE_MM):
        offset = points - centre
        distance = np.linalg.norm(offset, axis=1)
        facing = -np.einsum("ij,ij->i", offset, inward) > 0.85 * distance
        chosen = facing & (np.abs(distance - radius) < band)
        if np.count_nonzero(chosen) < 50:
            return None
        centre, radius = _sphere(points[chosen])
    if not RADII_MM[0] <= radius <= RADII_MM[1]:
        return None
    return Head(centre, radius, _coverage(points[chosen] - centre), _socket(points - centre, inward, radius))


def _socket(offsets: Points, inward: Points, radius: float) -> float:
    """Share of directions in which an edge that is bright outside lies just beyond the head."""
    distance = np.linalg.norm(offsets, axis=1)
    facing = np.einsum("ij,ij->i", offsets, inward) > 0.85 * distance
    chosen = facing & (distance > radius + SOCKET_MM[0]) & (distance < radius + SOCKET_MM[1])
    return _coverage(offsets[chosen])


def _sphere(points: Points) -> tuple[Point, float]:
    """Algebraic least-squares sphere through points (n, 3)."""
    middle = points.mean(0)
    p = points - middle
    system = np.hstack([2 * p, np.ones((len(p), 1))])
    solution = np.linalg.lstsq(system, (p**2).sum(1), rcond=None)[0]
    return middle + solution[:3], float(np.sqrt(max(solution[3] + solution[:3] @ solution[:3], 0.0)))


def _coverage(offsets: Points) -> float:
    """Share of 300 even directions (Fibonacci sphere) with an edge point within 10°."""
    if len(offsets) == 0:
        return 0.0
    i = np.arange(300) + 0.5
    polar, turn = np.arccos(1 - 2 * i / 300), np.pi * (1 + 5**0.5) * i
    even = np.stack([np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)], 1)
    seen = offsets / np.linalg.norm(offsets, axis=1, keepdims=True)
    return float(np.mean([(seen @ d).max() > np.cos(np.radians(10)) for d in even]))


def _seen(head: Head) -> bool:
    seen = head.coverage >= LEAST_COVERAGE and head.socket >= LEAST_SOCKET
    return seen and head.coverage + head.socket >= LEAST_SUM


def _is_bone(ct: Volume, metal: Mask, head: Head) -> bool:
    """The ball is brighter than what surrounds it, and is not the ball of a prosthesis."""
    box = ct.crop(head.centre - 1.5 * head.radius_mm, head.centre + 1.5 * head.radius_mm)
    steel = ct.like(metal).crop(head.centre - 1.5 * head.radius_mm, head.centre + 1.5 * head.radius_mm).voxels
    distance = np.linalg.norm(box.points_where(np.ones(box.voxels.shape, bool)) - head.centre, axis=1)
    distance = distance.reshape(box.voxels.shape)
    inside = distance < 0.8 * head.radius_mm
    if not inside.any() or np.mean(steel[inside]) > 0.3:
        return False
    return float(np.mean(box.voxels[inside & ~steel])) > 100.0
