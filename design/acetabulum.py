"""The hip's rotation centre: the sphere of the femoral head, or the largest sphere empty of bone in the acetabulum."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Point, Points, frozen
from hemipelvis.design.bone_surface import Bone
from hemipelvis.errors import InputError

RADII_MM = (16.0, 34.0)  # femoral heads and acetabula of adults
JOINT_MM = 9.0  # cartilage and joint space of both sides, with room for a ragged mask
ROUND_MM = 1.5  # points this near to the sphere belong to the head
RADIAL = 0.9  # cosine of the surface normal to the radius on a head; necks and trochanters fail it
LUNATE_MM = 2.0  # depth of the shell just outside the empty sphere in which the lunate surface lies
FIT_ROUNDS = 40
MIN_POINTS = 60
NTH_NEAREST = 10  # of the bone points counts as touching: a few ragged voxels do not


@dataclass(frozen=True)
class Sphere:
    """centre (3,) LPS mm; radius; rms of the fitted points about it."""

    centre: Point
    radius_mm: float
    rms_mm: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "centre", frozen(self.centre))


def femoral_head(femur: Bone, hip: Bone) -> Sphere | None:
    """Sphere of the femoral head, from the femur's points that face the hip bone; None where no head is found.

    Points that lie off the sphere or whose normals are not radial (neck, fovea, trochanter) are dropped round by round.
    """
    chosen = KDTree(hip.points).query(femur.points, distance_upper_bound=JOINT_MM)[0] < JOINT_MM
    for _ in range(FIT_ROUNDS):
        if chosen.sum() < MIN_POINTS:
            return None
        sphere = fit_sphere(femur.points[chosen])
        again = _on_head(femur, sphere)
        if np.array_equal(again, chosen):
            break
        chosen = again
    return sphere if RADII_MM[0] < sphere.radius_mm < RADII_MM[1] and sphere.rms_mm < ROUND_MM / 2 else None


def fit_sphere(points: Points) -> Sphere:
    """Least-squares sphere: the linear form |p|² = 2 p·c + k, about the points' mean."""
    middle = points.mean(axis=0)
    p = points - middle
    solution = np.linalg.lstsq(np.column_stack([2 * p, np.ones(len(p))]), np.einsum("ij,ij->i", p, p), rcond=None)[0]
    centre = solution[:3]
    radius = float(np.sqrt(max(solution[3] + centre @ centre, 0.0)))
    rms = float(np.sqrt(np.mean((np.linalg.norm(p - centre, axis=1) - radius) ** 2)))
    return Sphere(centre + middle, radius, rms)


def _on_head(femur: Bone, sphere: Sphere) -> Array:
    arm = femur.points - sphere.centre
    length = np.linalg.norm(arm, axis=1)
    radial = np.einsum("ij,ij->i", arm, femur.normals) > RADIAL * length
    return radial & (np.abs(length - sphere.radius_mm) < ROUND_MM)


def acetabulum(hip: Bone, expected: Point, reach_mm: float = 24.0) -> Sphere:
    """The sphere empty of bone that most of the surface around faces from just outside, near `expected`.

    Emptiness keeps it off the fossa, whose floor lies deeper than the lunate surface that carries the head. Searched
    on grids of 4, 2, 1 and 0.5 mm. Raises InputError where no such hollow is found.
    """
    near = hip.where(np.linalg.norm(hip.points - expected, axis=1) < reach_mm + RADII_MM[1])
    if len(near) < MIN_POINTS:
        raise InputError(
            "an intact innominate bone without an acetabulum where one should lie",
            "a whole innominate bone on the intact side",
            "correct the label map, or state its hip_centre under [landmarks] points",
        )
    tree = KDTree(near.points)
    centre, span = np.asarray(expected, float), reach_mm
    for step in (4.0, 2.0, 1.0, 0.5):
        centre, span = _best(near, tree, _grid(centre, span, step)), 2 * step
    return _polished(near, Sphere(centre, float(_empty_radius(tree, centre[None])[0]), 0.0))


def _polished(bone: Bone, start: Sphere) -> Sphere:
    """Least squares over the lunate surface, re-chosen round by round; the floor of the fossa stays outside."""
    sphere, chosen = start, _lunate(bone, start.centre, start.radius_mm)
    for _ in range(FIT_ROUNDS):
        if chosen.sum() < MIN_POINTS:
            return start
        sphere = fit_sphere(bone.points[chosen])
        arm = np.linalg.norm(bone.points - sphere.centre, axis=1) - sphere.radius_mm
        again = _facing(bone, sphere.centre) & (np.abs(arm) < ROUND_MM)
        if np.array_equal(again, chosen):
            break
        chosen = again
    return sphere if RADII_MM[0] < sphere.radius_mm < RADII_MM[1] else start


def _grid(centre: Point, span: float, step: float) -> Points:
    ticks = np.arange(-span, span + step / 2, step)
    return centre + np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 3)


def _empty_radius(tree: KDTree, centres: Points) -> Array:
    """Distance to the tenth-nearest bone point."""
    return tree.query(centres, k=NTH_NEAREST)[0][:, -1]


def _facing(bone: Bone, centre: Point) -> Array:
    arm = centre - bone.points
    return np.einsum("ij,ij->i", arm, bone.normals) > RADIAL * np.linalg.norm(arm, axis=1)


def _lunate(bone: Bone, centre: Point, radius: float) -> Array:
    length = np.linalg.norm(centre - bone.points, axis=1)
    return _facing(bone, centre) & (length < radius + LUNATE_MM) & (length > radius - LUNATE_MM / 2)


def _best(bone: Bone, tree: KDTree, centres: Points) -> Point:
    radii = _empty_radius(tree, centres)
    fitting = np.flatnonzero((radii > RADII_MM[0]) & (radii < RADII_MM[1]))
    if len(fitting) == 0:
        return centres[int(np.argmax(np.where(radii < RADII_MM[1], radii, 0)))]
    share = [_lunate(bone, centres[i], radii[i]).sum() / radii[i] ** 2 for i in fitting]
    return centres[fitting[int(np.argmax(share))]]
