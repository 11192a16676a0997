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
    turns = np.array([np.eye(3), *Rotation.random(TRIED, rng=np.random.default_rng(0)).as_matrix()])
    sizes = np.array([np.ptp(corners @ turn.T, axis=0) for turn in turns])
    orders = np.array(list(permutations(range(3))))
    margins = (np.asarray(build_mm) - sizes[:, orders]).min(axis=2)
    turn, order = np.unravel_index(np.argmax(margins.round(6)), margins.shape)
    rotation = turns[turn][orders[order]]
    proper = rotation * np.array([[1.0], [1.0], [np.sign(np.linalg.det(rotation))]])
    return Pose(proper, sizes[turn][orders[order]], float(margins[turn, order]))
