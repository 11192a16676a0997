"""Does a part fit the build chamber, and how must it stand?"""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from hemipelvis.arrays import Array
from hemipelvis.mesh import Mesh

TRIED = 512


@dataclass(frozen=True)
class Pose:
    """rotation (3, 3) takes patient axes to build axes; size_mm is the part's box there; margin_mm what is left."""

    rotation: Array
    size_mm: Array
    margin_mm: float

    def shift(self, mesh: Mesh, build_mm: tuple[float, float, float]) -> Array:
        """What moves the turned part (3,), mm, to the middle of the build plate, standing on it."""
        turned = mesh.vertices @ self.rotation.T
        lower, upper = turned.min(axis=0), turned.max(axis=0)
        middle = (lower + upper) / 2
        return np.array([build_mm[0] / 2 - middle[0], build_mm[1] / 2 - middle[1], -lower[2]])


def best_pose(mesh: Mesh, build_mm: tuple[float, float, float]) -> Pose:
    """Of many orientations (spread evenly over the rotation group) the one with the most room on its tightest side."""
    corners = mesh.vertices[ConvexHull(mesh.vertices).vertices]
    poses = [
        _pose(corners, turn[list(order)], build_mm)
        for turn in (np.eye(3), *Rotation.random(TRIED, rng=np.random.default_rng(0)).as_matrix())
        for order in permutations(range(3))
    ]
    return max(poses, key=lambda pose: round(pose.margin_mm, 6))


def _pose(corners: Array, rotation: Array, build_mm: tuple[float, float, float]) -> Pose:
    proper = rotation if np.linalg.det(rotation) > 0 else rotation * np.array([[1.0], [1.0], [-1.0]])
    size = np.ptp(corners @ proper.T, axis=0)
    return Pose(proper, size, float((np.asarray(build_mm) - size).min()))
