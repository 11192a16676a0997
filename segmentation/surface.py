"""A bone's surface: watertight, without the staircase of the slices, and neither shrunk nor swollen.

The label's boundary is meshed and smoothed by a windowed sinc filter (Taubin, Zhang & Golub, ECCV 1996), which takes
the staircase out and leaves what is longer than a few voxels, thin plates included; what volume is gained or lost is
given back by an even offset along the normals.
"""

from typing import Literal

import numpy as np
import pyvista

from hemipelvis.arrays import Array, Mask
from hemipelvis.errors import InputError
from hemipelvis.isosurface import isosurface
from hemipelvis.mesh import Mesh
from hemipelvis.volume import Volume

Smoothing = Literal["none", "bone"]
ITERATIONS, PASS_BAND = 60, 0.05
"""Of the windowed sinc: removes steps of the slices' height and keeps features of a few millimetres."""


def surface(labels: Volume, label: int, mask: Mask | None = None, smooth: Smoothing = "bone") -> Mesh:
    """The closed surface of one label (LPS mm), in its voxels' volume within 0.5 %.

    mask (z, y, x): the solid to mesh instead of the label's voxels. The grid's edge closes what it cuts.
    Raises InputError if there is nothing to mesh.
    """
    solid = labels.voxels == label if mask is None else np.asarray(mask, bool)
    if not solid.any():
        raise InputError(f"a label map without label {label}", "at least one voxel of it", "check the label map")
    rough = isosurface(_padded(labels, solid), 0.0)
    if smooth == "none":
        return rough
    return _with_volume(_smoothed(rough), np.count_nonzero(solid) * labels.voxel_mm3)


def _padded(labels: Volume, solid: Mask) -> Volume:
    """The solid's box with a margin of two voxels, −1 inside and 1 outside."""
    found = np.argwhere(solid)
    lower, upper = found.min(0), found.max(0) + 1
    box = np.pad(solid[tuple(map(slice, lower, upper))], 2)
    return Volume(np.where(box, -1, 1).astype(np.float32), labels.spacing, labels.world_from_index(lower[::-1] - 2))


def _smoothed(rough: Mesh) -> Mesh:
    faces = np.hstack([np.full((len(rough.faces), 1), 3), rough.faces]).ravel()
    centre = rough.vertices.mean(0)
    poly = pyvista.PolyData(rough.vertices - centre, faces)
    done = poly.smooth_taubin(n_iter=ITERATIONS, pass_band=PASS_BAND, normalize_coordinates=True)
    return Mesh(np.asarray(done.points, float) + centre, rough.faces)


def _with_volume(mesh: Mesh, wanted_mm3: float) -> Mesh:
    """The mesh offset evenly along its normals (Newton's method) until it encloses a volume."""
    vertices = np.array(mesh.vertices)
    for _ in range(3):
        flux = _vertex_areas(vertices, mesh.faces)
        normal = flux / np.maximum(np.linalg.norm(flux, axis=1, keepdims=True), 1e-12)
        missing = wanted_mm3 - Mesh(vertices, mesh.faces).volume_mm3
        vertices = vertices + normal * (missing / max(float((flux * normal).sum()), 1e-9))
    return Mesh(vertices, mesh.faces)


def _vertex_areas(vertices: Array, faces: Array) -> Array:
    """Vector area of each vertex (n, 3): a third of its triangles', pointing outward."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    area = np.cross(b - a, c - a) / 6
    return np.stack(
        [sum(np.bincount(faces[:, i], area[:, k], len(vertices)) for i in range(3)) for k in range(3)], axis=1
    )
