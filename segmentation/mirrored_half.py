"""A bone's other half laid over it: what a half hidden by metal should look like.

The bone is mirrored in a rough midsagittal plane and moved until its surface lies on the bone's own wherever both are
seen: least squares of the distances along the normals (Chen & Medioni, Image Vision Comput 10:145, 1992), outliers
weighted down. A sacrum is only nearly symmetric: see `SPREAD_MM`.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree
from scipy.spatial.transform import Rotation

from hemipelvis.arrays import Array, Mask, Point, Points
from hemipelvis.frames import Plane
from hemipelvis.volume import Volume

SPREAD_MM = 1.8
"""Scale of the logistic distribution (root mean square 3.2 mm) by which an ala's surface lies off its mirrored twin's,
fitted without it; so measured on two healthy sacra and a simulated patient's, 24 places of 22 mm radius."""
SEEN = 0.2
"""Share of rays through metal up to which a surface is where it seems."""
REACH_MM = 40.0
"""From what is hidden; further off, sacra and above all coccyges bend to one side."""
OUTLIER_MM = 1.0
MOST_POINTS, LEAST_POINTS, ROUNDS = 3000, 200, 40
STEP_MM = 0.5
OUTSIDE_MM = -20.0


@dataclass(frozen=True)
class MirroredHalf:
    """The mirror and the motion after it, about `centre`; misfit_mm: median distance of the fitted surface points."""

    midline: Plane
    centre: Point
    rotation: Array
    shift: Array
    misfit_mm: float

    def onto(self, points: Points) -> Points:
        """Where points (n, 3) lie in the other half."""
        return _moved(self.midline.mirror(points), self.centre, self.rotation, self.shift)


def mirrored_half(depth: Volume, crossed: Volume, hidden: Mask, midline: Plane) -> MirroredHalf | None:
    """The other half as fitted to the bone, or None where too little of both is seen beside what is hidden.

    depth: mm beneath the bone's surface, negative outside it; crossed: share of each voxel's rays through metal;
    hidden: where nothing can be seen; all on one grid. midline: within some 10 mm and 10 degrees.
    """
    start = _surface(depth, crossed, hidden, midline)
    if len(start) < LEAST_POINTS:
        return None
    flipped, wanted = midline.mirror(start), depth.sample(start)
    centre = flipped.mean(axis=0)
    rotation, shift = np.eye(3), np.zeros(3)
    for _ in range(ROUNDS):
        turn, step = _step(depth, _moved(flipped, centre, rotation, shift), wanted, centre + shift)
        rotation, shift = turn @ rotation, shift + step
    misfit = np.median(np.abs(depth.sample(_moved(flipped, centre, rotation, shift), OUTSIDE_MM) - wanted))
    return MirroredHalf(midline, centre, rotation, shift, float(misfit))


def _moved(points: Points, centre: Point, rotation: Array, shift: Array) -> Points:
    return (points - centre) @ rotation.T + centre + shift


def _surface(depth: Volume, crossed: Volume, hidden: Mask, midline: Plane) -> Points:
    """Points (n, 3) of the surface near what is hidden or its mirror image, seen there and in the mirror."""
    edge = (depth.voxels > 0) & (depth.voxels <= float(depth.spacing.max())) & (crossed.voxels < SEEN)
    points, veiled = depth.points_where(edge), depth.points_where(hidden)
    points = points[crossed.sample(midline.mirror(points), 1.0) < SEEN]
    if not len(points) or not len(veiled):
        return points[:0]
    veiled = veiled[:: max(1, len(veiled) // MOST_POINTS)]
    away = KDTree(np.concatenate([veiled, midline.mirror(veiled)])).query(points)[0]
    points = points[away < REACH_MM]
    return points[:: max(1, len(points) // MOST_POINTS)]


def _step(depth: Volume, points: Points, wanted: Array, centre: Point) -> tuple[Array, Array]:
    """Rotation about the centre and shift (mm) that bring points nearer to their wanted depths, by one linear step."""
    off, normal = depth.sample(points, OUTSIDE_MM) - wanted, _gradient(depth, points)
    weight = (1 + (off / OUTLIER_MM) ** 2) ** -0.25
    lever = np.concatenate([np.cross(points - centre, normal), normal], axis=1)
    motion = np.linalg.lstsq(lever * weight[:, None], -off * weight, rcond=1e-6)[0]
    return Rotation.from_rotvec(motion[:3]).as_matrix(), motion[3:]


def _gradient(depth: Volume, points: Points) -> Array:
    steps = STEP_MM * np.eye(3)
    rise = [depth.sample(points + s, OUTSIDE_MM) - depth.sample(points - s, OUTSIDE_MM) for s in steps]
    return np.stack(rise, axis=1) / (2 * STEP_MM)
