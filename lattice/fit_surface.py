"""Vertices of an open patch moved so that its flat triangles lie as near as they can to a gyroid.

Least squares of the distances of points spread over the triangles, over moves along the surface's normals (Gauss and
Newton's method), with the enclosed volume as a constraint (a Lagrange multiplier).
"""

from dataclasses import dataclass, replace

import numpy as np

from hemipelvis.arrays import Array, Points
from hemipelvis.lattice.gyroid import gradient, gyroid

SPREAD = np.array([(a, b, 5 - a - b) for a in range(6) for b in range(6 - a)], float)
SPREAD = (SPREAD + 1 / 3) / 6
"""Barycentric coordinates (21, 3) of points spread evenly over a triangle, none on its border."""
STEPS = 6


@dataclass(frozen=True)
class Target:
    """The surface {g = level} (of |g| for a sheet) in a cell of `samples` nodes."""

    sheet: bool
    level: float
    samples: int

    def distance(self, nodes: Points) -> Array:
        """Distances (…) to first order, in nodes, positive outside the metal, at points (…, 3) in nodes."""
        cells = nodes / self.samples
        g, slope = gyroid(cells), np.linalg.norm(gradient(cells), axis=-1) / self.samples
        return ((np.abs(g) if self.sheet else g) - self.level) / np.maximum(slope, 1e-9)

    def normal(self, nodes: Points) -> Array:
        """Unit normals (…, 3) out of the metal."""
        cells = nodes / self.samples
        slope = gradient(cells)
        slope = slope * np.sign(gyroid(cells))[..., None] if self.sheet else slope
        return slope / np.maximum(np.linalg.norm(slope, axis=-1, keepdims=True), 1e-12)


@dataclass(frozen=True)
class Patch:
    """vertices (v, 3) in nodes and faces (f, 3) of the surface inside one cell."""

    vertices: Points
    faces: Array

    @property
    def volume(self) -> float:
        """Divergence of the open surface: with its border held, differences of it are differences of volume."""
        a, b, c = np.moveaxis(self.vertices[self.faces], 1, 0)
        return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def border(patch: Patch, samples: int) -> Array:
    """Which vertices (v,) lie on the cell's faces and stay."""
    return np.asarray(((patch.vertices == 0) | (patch.vertices == samples)).any(axis=1))


def fitted(patch: Patch, volume: float, target: Target) -> Patch:
    """The patch with its inner vertices moved to lie nearest to the target, enclosing `volume`."""
    free = np.setdiff1d(np.unique(patch.faces), np.flatnonzero(border(patch, target.samples)))
    for _ in range(STEPS):
        patch = replace(patch, vertices=_moved(patch, free, volume, target))
    return patch


def _moved(patch: Patch, free: Array, volume: float, target: Target) -> Points:
    normal = target.normal(patch.vertices)
    column = np.full(len(patch.vertices), -1)
    column[free] = np.arange(len(free))
    corners = patch.vertices[patch.faces]
    points = np.einsum("sb,fbx->fsx", SPREAD, corners)
    area_vector = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2
    weight = np.sqrt(np.linalg.norm(area_vector, axis=1) / len(SPREAD))[:, None]
    slopes = target.normal(points)
    rows = np.zeros((*points.shape[:2], len(free) + 1))
    for b in range(3):
        turn = np.einsum("fsx,fx->fs", slopes, normal[patch.faces[:, b]]) * SPREAD[:, b] * weight
        f, s = np.indices(turn.shape)
        np.add.at(rows, (f, s, column[patch.faces[:, b]][:, None]), turn)  # the last column takes what is not free
    matrix = rows.reshape(-1, len(free) + 1)[:, :-1]
    wanted = -(target.distance(points) * weight).ravel()
    gain = np.zeros(len(free) + 1)
    for b in range(3):
        np.add.at(gain, column[patch.faces[:, b]], np.einsum("fx,fx->f", area_vector, normal[patch.faces[:, b]]) / 3)
    moves = _constrained(matrix, wanted, gain[:-1], volume - patch.volume)
    out = patch.vertices.copy()
    out[free] += moves[:, None] * normal[free]
    return out


def _constrained(matrix: Array, wanted: Array, gain: Array, missing: float) -> Array:
    """Least squares of matrix @ x − wanted under gain @ x = missing."""
    n = matrix.shape[1]
    system = np.zeros((n + 1, n + 1))
    system[:n, :n] = matrix.T @ matrix + 1e-9 * np.eye(n)
    system[:n, n], system[n, :n] = gain, gain
    return np.linalg.solve(system, np.append(matrix.T @ wanted, missing))[:n]
