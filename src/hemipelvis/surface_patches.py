"""A sampled solid's surface as patches, a polygon to every cell that it cuts, however that is cut into triangles.

A polygon has one middle and one area vector, whichever of its diagonals are drawn. Distances taken to them do
not change when patient and grid are mirrored together; those to triangles do, by some hundredths of a pitch.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hemipelvis.arrays import Array, Points
from hemipelvis.isosurface import isosurface
from hemipelvis.mesh import Mesh
from hemipelvis.volume import Volume

ON_FACE = 1e-6
"""Cells: a vertex in a cell's face keeps that coordinate whole; others keep a hundredth off it (`isosurface.CLAMP`)."""


@dataclass(frozen=True)
class Patches:
    """middles (n, 3) of the cells' polygons, their area vectors (n, 3) outwards in mm², and rims (m, 3).

    rims: the polygons' corners and the middles of their sides. Positions are LPS mm.
    """

    middles: Points
    areas: Array
    rims: Points


def surface_patches(values: Volume) -> Patches:
    """The patches of {values < 0} (float32, mm), in a fixed order; none where nothing is inside."""
    mesh = isosurface(values)
    if not mesh.face_count:
        return Patches(np.empty((0, 3)), np.empty((0, 3)), np.empty((0, 3)))
    index = values.index_from_world(mesh.vertices)
    middles, areas = _polygons(mesh, _cells(index[mesh.faces].mean(axis=1), values))
    return Patches(middles, areas, np.vstack([mesh.vertices, _sides(mesh, index)]))


def _cells(middles: Array, values: Volume) -> Array:
    """Numbers (m,) of the cells that triangles lie in, from their middles in index coordinates; -1 is the border's."""
    i, j, k = (np.floor(middles) + 1).astype(np.int64).T
    nx, ny, _ = (int(n) + 2 for n in values.size)
    return np.asarray((k * ny + j) * nx + i)


def _polygons(mesh: Mesh, cell: Array) -> tuple[Points, Array]:
    """Middle and area vector of every polygon: the triangles of one cell that hang together by their corners."""
    named = cell[:, None] * np.int64(mesh.vertex_count) + mesh.faces
    corners, at = np.unique(named, return_inverse=True)
    start, end = at.reshape(-1, 3)[:, [0, 1]].ravel(), at.reshape(-1, 3)[:, [1, 2]].ravel()
    joined = coo_array((np.ones(len(start), bool), (start, end)), (len(corners), len(corners)))
    count, of = connected_components(joined, directed=False)
    middles = _summed(of, mesh.vertices[corners % mesh.vertex_count], count) / np.bincount(of)[:, None]
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    return middles, _summed(of[at.reshape(-1, 3)[:, 0]], np.cross(b - a, c - a) / 2, count)


def _summed(of: Array, vectors: Array, count: int) -> Array:
    return np.stack([np.bincount(of, vectors[:, axis], count) for axis in range(3)], axis=1)


def _sides(mesh: Mesh, index: Array) -> Points:
    """Middles of the edges that lie in a face of a cell, each once: the others are diagonals of polygons."""
    start, end = (np.concatenate([mesh.faces[:, (k + step) % 3] for k in range(3)]) for step in (0, 1))
    start, end = start[start < end], end[start < end]
    whole = np.abs(index - np.round(index)) < ON_FACE
    in_face = (whole[start] & whole[end] & (np.abs(index[start] - index[end]) < ON_FACE)).any(axis=1)
    return np.asarray((mesh.vertices[start[in_face]] + mesh.vertices[end[in_face]]) / 2)
