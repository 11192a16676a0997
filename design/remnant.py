"""Where what is left of an innominate bone lies now: the intact one's mirror image laid onto it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial import KDTree
from scipy.spatial.transform import Rotation

from hemipelvis.arrays import Array, Points, Vector
from hemipelvis.design.bone_surface import Bone

SCALES_MM = (11.0, 7.0, 4.5, 3.0)  # residuals that still count, as for the symmetry plane
STEPS_PER_SCALE, FINAL_STEPS = 8, 40
POINTS = 3000
FACING = 0.5  # cosine above which two surfaces look the same way: cut faces find no partner


@dataclass(frozen=True)
class Motion:
    """A rigid motion about a middle: rotation matrix (3, 3), shift (3,) mm."""

    middle: Vector
    rotation: Array
    shift: Vector

    def moved(self, points: Any) -> Points:
        """Points (…, 3) where the motion takes them."""
        return (np.asarray(points, float) - self.middle) @ self.rotation.T + self.middle + self.shift

    @property
    def angle_deg(self) -> float:
        """How far it turns."""
        return float(np.degrees(Rotation.from_matrix(self.rotation).magnitude()))


def settled(image: Bone, remnant: Bone) -> Motion:
    """The motion that lays `image` onto `remnant`: robust point-to-plane registration from where it lies.

    Geman-McClure weights whose scale shrinks; every remnant point looks for its partner on the image, as the remnant
    is a part of it.
    """
    source, tree = remnant.thinned(POINTS), KDTree(image.points)
    motion = Motion(source.points.mean(axis=0), np.eye(3), np.zeros(3))
    for scale in SCALES_MM:
        for _ in range(FINAL_STEPS if scale == SCALES_MM[-1] else STEPS_PER_SCALE):
            turn, shift = _step(source, image, tree, motion, scale)
            rotation = Rotation.from_rotvec(turn).as_matrix()
            motion = Motion(motion.middle, rotation @ motion.rotation, motion.shift + shift)
            if np.abs(turn).max() < 1e-9 and np.abs(shift).max() < 1e-7:
                break
    return motion


def _step(source: Bone, image: Bone, tree: KDTree, motion: Motion, scale_mm: float) -> tuple[Vector, Vector]:
    """Gauss-Newton step (rotation vector, shift) over the remnant's points, matched where the image lies now."""
    pulled = (source.points - motion.middle - motion.shift) @ motion.rotation + motion.middle
    nearest = tree.query(pulled)[1]
    normals = image.normals[nearest] @ motion.rotation.T
    offsets = source.points - motion.moved(image.points[nearest])
    facing = np.einsum("ij,ij->i", source.normals, normals) > FACING
    weight = facing / (1 + np.einsum("ij,ij->i", offsets, offsets) / scale_mm**2) ** 2
    arm = source.points - motion.middle - motion.shift
    slopes = np.column_stack([np.cross(arm, normals), normals])
    matrix = (slopes * weight[:, None]).T @ slopes
    found = np.linalg.solve(matrix + 1e-6 * np.trace(matrix) * np.eye(6), (slopes * weight[:, None]).T @ np.einsum(
        "ij,ij->i", offsets, normals
    ))  # fmt: skip
    return found[:3], found[3:]
