"""The hip's rotation centre: the sphere of the femoral head, or the sphere empty of bone in the acetabulum."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Point, Points, frozen, square_to, unit
from hemipelvis.design.bone_surface import Bone
from hemipelvis.errors import InputError
from hemipelvis.pelvic_shapes import Acetabulum

RADII_MM = (16.0, 34.0)  # femoral heads and acetabula of adults
JOINT_MM = 9.0  # cartilage and joint space of both sides, with room for a ragged mask
ROUND_MM = 1.5  # points this near to the sphere belong to the head
RADIAL = 0.9  # cosine of the surface normal to the radius on a head; necks and trochanters fail it
FIT_ROUNDS, COARSE_ROUNDS = 40, 8
MIN_POINTS = 60
HEAD_MM = 0.5  # a surface's own error: points further off the sphere (flattened head, start of the neck) lose their say

MEAN_OPENING = np.array([0.66, 0.34, -0.66])  # lateral, anterior, superior: some 45 degrees inclined, 20 anteverted
NEAR_MM = 50.0  # around the expected centre: the whole socket with its rim
START_SHIFTS_MM, START_RADII_MM = (-4.0, 0.0, 4.0), (20.0, 25.0, 30.0)
START_REACH_MM = 22.0  # a sphere that wanders further lies in another hollow
LUNATE_SCALES_MM = (5.0, 3.5, 2.5, 1.7, 1.2, 0.8)
LONGEST_STEP_MM = 3.0
LEAST_SUPPORT = 20.0  # weights' sum below which no surface is there
LUNATE_COSINES = (float(np.cos(np.radians(45))), float(np.cos(np.radians(100))))  # angles from the pole between which
# the lunate surface lies: the fossa about the pole is out (any bound from 40 to 55 degrees gives the same centres)
LUNATE_FACING = 0.85  # cosine of the surface's normal to the radius; the rim's outer side fails it
EMPTY_MM = 1.0  # bone further inside than this is not the surface's own roughness
WALL_MM = 5.0  # thickness of the rim that belongs to the socket
RIM_SECTOR_DEG, RIM_SCATTER_MM = 6.0, 2.0


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
    The rest are fitted robustly (Geman-McClure weights): the flat start of the neck, within the gate, would push the
    centre away from it. rms_mm is that of all in the gate.
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
    sound = RADII_MM[0] < sphere.radius_mm < RADII_MM[1] and sphere.rms_mm < ROUND_MM / 2
    return _robust_sphere(femur.points[chosen], sphere) if sound else None


def _robust_sphere(points: Points, start: Sphere) -> Sphere:
    """Reweighted to the end from a least-squares sphere."""
    sphere = start
    for _ in range(FIT_ROUNDS):
        off = np.linalg.norm(points - sphere.centre, axis=1) - sphere.radius_mm
        moved = fit_sphere(points, 1 / (1 + (off / HEAD_MM) ** 2) ** 2)
        still = np.abs(moved.centre - sphere.centre).max() < 1e-6
        sphere = moved
        if still:
            break
    return sphere


def fit_sphere(points: Points, weights: Array | None = None) -> Sphere:
    """Least-squares sphere: the linear form |p|² = 2 p·c + k, about the points' mean; weights (n,), else all alike."""
    weight = np.ones(len(points)) if weights is None else weights
    middle = weight @ points / weight.sum()
    p, root = points - middle, np.sqrt(weight)
    rows, right = np.column_stack([2 * p, np.ones(len(p))]), np.einsum("ij,ij->i", p, p)
    solution = np.linalg.lstsq(rows * root[:, None], right * root, rcond=None)[0]
    centre = solution[:3]
    radius = float(np.sqrt(max(solution[3] + centre @ centre, 0.0)))
    rms = float(np.sqrt(np.mean((np.linalg.norm(p - centre, axis=1) - radius) ** 2)))
    return Sphere(centre + middle, radius, rms)


def _on_head(femur: Bone, sphere: Sphere) -> Array:
    arm = femur.points - sphere.centre
    length = np.linalg.norm(arm, axis=1)
    radial = np.einsum("ij,ij->i", arm, femur.normals) > RADIAL * length
    return radial & (np.abs(length - sphere.radius_mm) < ROUND_MM)


def acetabulum(hip: Bone, expected: Point, axes: Array) -> Acetabulum:
    """The sphere of the lunate surface near `expected`, and the rim's plane.

    axes: lateral, anterior and superior unit vectors (rows). Robust fits from several starts along the socket's axis;
    bone around the pole, where the fossa lies, has no say, and bone inside the sphere pushes it out: a sphere empty of
    bone cannot sink into the fossa. The one that most lunate surface agrees with is kept. Raises InputError where
    there is none.
    """
    outward = unit(MEAN_OPENING @ axes)
    near = hip.where(np.linalg.norm(hip.points - expected, axis=1) < NEAR_MM)
    starts = [(expected + shift * outward, radius) for shift in START_SHIFTS_MM for radius in START_RADII_MM]
    fits = [_lunate_sphere(near, centre, radius, outward) for centre, radius in starts]
    sound = [fit for fit in fits if fit is not None]
    if not sound:
        raise InputError(
            "an intact innominate bone without an acetabulum where one should lie",
            "a whole innominate bone on the intact side",
            "correct the label map, or state its hip_centre under [landmarks] points",
        )
    sphere, _ = max(sound, key=lambda fit: fit[1])
    opening, depth = _mouth(near, sphere, outward)
    return Acetabulum(sphere.centre, sphere.radius_mm, opening, depth, sphere.rms_mm)


def _lunate_sphere(bone: Bone, centre: Point, radius: float, outward: Array) -> tuple[Sphere, float] | None:
    """Graduated robust fit, and its support: share of lunate surface on it less bone inside; None where it fails."""
    pose = np.append(centre, radius)
    for scale in LUNATE_SCALES_MM:
        for _ in range(FIT_ROUNDS if scale == LUNATE_SCALES_MM[-1] else COARSE_ROUNDS):
            step = _sphere_step(bone, pose, outward, scale)
            if step is None:
                return None
            pose = pose + step * min(1.0, LONGEST_STEP_MM / float(np.abs(step).max() + 1e-12))
            if np.abs(step).max() < 1e-7:
                break
    if not RADII_MM[0] < pose[3] < RADII_MM[1] or np.linalg.norm(pose[:3] - centre) > START_REACH_MM:
        return None
    on, off, inside, _ = _lunate(bone, pose, outward, LUNATE_SCALES_MM[-1])
    rms = float(np.sqrt((on * off**2).sum() / on.sum()))
    return Sphere(pose[:3], float(pose[3]), rms), float((on.sum() - inside.sum()) / pose[3] ** 2)


def _sphere_step(bone: Bone, pose: Array, outward: Array, scale_mm: float) -> Array | None:
    """One Gauss-Newton step over centre and radius (Geman-McClure weights; bone inside weighs fully)."""
    on, off, inside, rays = _lunate(bone, pose, outward, scale_mm)
    if on.sum() < LEAST_SUPPORT:
        return None
    slopes = np.column_stack([-rays, -np.ones(len(rays))])
    pull = on * off + inside * (off + max(EMPTY_MM, scale_mm))
    matrix = (slopes * (on + inside)[:, None]).T @ slopes
    return -np.linalg.solve(matrix + 1e-9 * np.trace(matrix) * np.eye(4), slopes.T @ pull)


def _lunate(bone: Bone, pose: Array, outward: Array, scale_mm: float) -> tuple[Array, Array, Array, Array]:
    """Weights on the sphere, distances from it, which points lie inside, and unit rays from its centre."""
    arm = bone.points - pose[:3]
    length = np.linalg.norm(arm, axis=1)
    rays = arm / np.maximum(length, 1e-9)[:, None]
    facing, polar, off = -np.einsum("ij,ij->i", rays, bone.normals), -(rays @ outward), length - pose[3]
    socket = polar > LUNATE_COSINES[1]
    on = (facing > LUNATE_FACING) * socket * (polar < LUNATE_COSINES[0]) / (1 + (off / scale_mm) ** 2) ** 2
    inside = (facing > 0.5) & socket & (off < -max(EMPTY_MM, scale_mm))
    return on, off, inside, rays


def _mouth(bone: Bone, sphere: Sphere, outward: Array) -> tuple[Array, float]:
    """The rim plane's normal out of the mouth and its distance (mm, outward) from the centre.

    Rim: in each sector about the axis the outermost bone of the wall; the notch's sectors do not fit and lose weight.
    """
    arm = bone.points - sphere.centre
    wall = arm[(np.linalg.norm(arm, axis=1) < sphere.radius_mm + WALL_MM) & (arm @ outward < 0.6 * sphere.radius_mm)]
    across = np.vstack(square_to(outward))
    sector = np.floor(np.degrees(np.arctan2(wall @ across[1], wall @ across[0])) / RIM_SECTOR_DEG)
    height = wall @ outward
    rim = np.array([wall[sector == s][np.argmax(height[sector == s])] for s in np.unique(sector)])
    return _robust_plane(rim, outward)


def _robust_plane(points: Points, outward: Array) -> tuple[Array, float]:
    weight, middle, normal = np.ones(len(points)), points.mean(axis=0), outward
    for _ in range(FIT_ROUNDS):
        middle = weight @ points / weight.sum()
        p = points - middle
        normal = np.linalg.eigh((p * weight[:, None]).T @ p)[1][:, 0]
        normal = normal * np.sign(normal @ outward)
        weight = 1 / (1 + (p @ normal / RIM_SCATTER_MM) ** 2) ** 2
    return normal, float(middle @ normal)
