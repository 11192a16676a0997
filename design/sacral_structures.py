"""The sacrum's axis, its auricular surfaces, and the vestibule through which screws reach its body."""

import numpy as np
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Point, Points, Vector, square_to, unit
from hemipelvis.design.bone_surface import Bone
from hemipelvis.design.pelvic_points import HalfFrame
from hemipelvis.errors import InputError
from hemipelvis.frames import Plane
from hemipelvis.pelvic_shapes import Auricular, Vestibule

STRIP_MM = 6.0
AXIS_MM = (5.0, 45.0)  # below the promontory: the front of S1 and S2, straight before the sacrum curves
AXIS_LENGTH_MM = 50.0
JOINT_MM = 6.0  # bone this near to the other is the joint (2 to 4 mm wide; Vleeming, 10.1111/j.1469-7580.2012.01564.x)
BODY_BELOW_MM = 14.0  # the middle of S1's body below its plateau: half of some 28 mm
VESTIBULE_STEP_MM = 2.0
VESTIBULE_REACH_MM = 16.0  # about the line from S1's body to the joint: clear of S2's pedicle, some 25 mm lower
VESTIBULE_SHARES = (0.2, 0.9)  # of the way from the midline to the joint: past the canal, short of the cartilage
MIN_JOINT_POINTS = 20


def sacral_axis(sacrum: Bone, midline: Plane, frame: HalfFrame, promontory: Point, plateau: Point) -> Points:
    """(2, 3): from the plateau's middle 50 mm down along the front of S1 and S2, in the midline plane.

    Raises InputError where the sacrum's front is not there.
    """
    strip = frame.local(sacrum.points[np.abs(midline.distance(sacrum.points)) < STRIP_MM])
    top = frame.local(promontory)
    forward = top - frame.local(plateau)
    down = unit([0.0, forward[2], -forward[1]])  # square to the plateau: where to look
    depth = (strip - top) @ down
    front = [_foremost(strip[np.abs(depth - d) < 1.5], down) for d in np.arange(*AXIS_MM, 2.0)]
    found = np.array([p for p in front if p is not None])
    if len(found) < 8:
        raise InputError(
            "a sacrum without the front of S1 and S2 below its promontory",
            "the whole upper sacrum",
            "correct the label map of the sacrum (1)",
        )
    flat = found - found.mean(axis=0)
    along = np.linalg.eigh(flat[:, 1:].T @ flat[:, 1:])[1][:, -1]
    axis = np.array([0.0, *along]) * np.sign(along @ down[1:])
    start = midline.project(plateau)
    return np.vstack([start, midline.project(start + AXIS_LENGTH_MM * (axis @ frame.axes))])


def _foremost(points: Points, down: Vector) -> Point | None:
    if len(points) == 0:
        return None
    reach = points @ np.array([0.0, -down[2], down[1]])
    return points[reach > reach.max() - 1.0].mean(axis=0)


def auricular(hip: Bone, sacrum: Bone) -> Auricular:
    """The intact joint's face on the ilium: bone that faces the sacrum within a joint's width.

    Raises InputError where ilium and sacrum do not meet.
    """
    tree = KDTree(sacrum.points)
    distance, nearest = tree.query(hip.points, distance_upper_bound=JOINT_MM)
    near = np.flatnonzero(np.isfinite(distance))
    facing = np.einsum("ij,ij->i", hip.normals[near], sacrum.normals[np.asarray(nearest)[near]]) < -0.5
    face = hip.where(near[facing])
    if len(face) < MIN_JOINT_POINTS:
        raise InputError(
            "an intact innominate bone that does not meet the sacrum",
            f"a sacroiliac joint (bone within {JOINT_MM:g} mm)",
            "correct the label map at the intact sacroiliac joint",
        )
    flat = face.points - face.points.mean(axis=0)
    axes = np.linalg.eigh(flat.T @ flat).eigenvectors.T[::-1]
    spread = np.percentile(np.abs(flat @ axes[:2].T), 95, axis=0)
    normal = -face.normals.mean(axis=0)
    return Auricular(face.points.mean(axis=0), normal, float(spread[0]), float(spread[1]))


def vestibule(sacrum: Bone, midline: Plane, axis: Points, joint: Auricular) -> Vestibule | None:
    """The isthmus on the way from the joint to the body of S1: the narrowest of the widest inscribed spheres.

    axis: the sacral axis (2, 3), whose first point is the plateau's middle. None where no bone is left on that side.
    """
    body = axis[0] + BODY_BELOW_MM * unit(axis[1] - axis[0])
    across = midline.project(joint.centre) - joint.centre
    inward = unit(across)
    tree = KDTree(sacrum.points)
    best = []
    for share in np.arange(*VESTIBULE_SHARES, VESTIBULE_STEP_MM / float(np.linalg.norm(across))):
        middle = body + share * (joint.centre - body)
        spots = middle + _disc(inward)
        depth = _inside(sacrum, tree, spots)
        best.append((float(depth.max()), spots[int(np.argmax(depth))]))
    radius, centre = min(best, key=lambda found: found[0])
    if radius <= 0:
        return None
    along = np.array([spot for _, spot in best])
    return Vestibule(centre, radius, along[0] - along[-1])


def _disc(normal: Vector) -> Points:
    first, second = square_to(normal)
    ticks = np.arange(-VESTIBULE_REACH_MM, VESTIBULE_REACH_MM + 0.5, 1.0)
    a, b = (g.ravel() for g in np.meshgrid(ticks, ticks))
    kept = np.hypot(a, b) < VESTIBULE_REACH_MM
    return a[kept, None] * first + b[kept, None] * second


def _inside(bone: Bone, tree: KDTree, spots: Points) -> Array:
    """Distance to the surface, negative outside (by the nearest point's normal)."""
    distance, nearest = tree.query(spots)
    outward = np.einsum("ij,ij->i", spots - bone.points[nearest], bone.normals[nearest])
    return np.where(outward < 0, distance, -distance)
