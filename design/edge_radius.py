"""The least radius of a surface's convex edges: how big a ball touches each point from inside without sticking out.

A ball of radius r whose centre lies r under a point fits when no other surface is nearer to it: this sees rounded
edges and thin flaps alike (a flap holds no ball thicker than itself), and needs no second derivatives of a mesh.
"""

from collections.abc import Sequence

import numpy as np
from scipy.spatial import KDTree

from hemipelvis.arrays import Array
from hemipelvis.mesh import Mesh

TRIED_MM = (0.5, 1.0, 1.5, 2.0)
SHORT_MM = 0.08
"""How much nearer another surface may come: facets of 0.5 mm stray by up to 0.04 mm from a face and its normal."""


def edge_radius(mesh: Mesh, tried_mm: Sequence[float] = TRIED_MM, bounding: Array | None = None) -> Array:
    """Radius (n,) in mm of the largest tried ball that fits under each vertex; 0 where none does.

    bounding (n,): the vertices out of which a ball must not stick; all unless stated.
    """
    surface = KDTree(mesh.vertices if bounding is None else mesh.vertices[bounding])
    normals = vertex_normals(mesh)
    radius = np.zeros(mesh.vertex_count)
    fits = np.ones(mesh.vertex_count, bool)
    for r in tried_mm:
        away = surface.query(mesh.vertices[fits] - r * normals[fits])[0]
        fits[fits] = away >= r - SHORT_MM
        radius[fits] = r
    return radius


def vertex_normals(mesh: Mesh) -> Array:
    """Outward unit normals (n, 3), faces weighted by area, evened once over each vertex' neighbours."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    normals = _gathered(np.cross(b - a, c - a), mesh)
    return _gathered(normals[mesh.faces].sum(axis=1), mesh)


def vertex_areas(mesh: Mesh) -> Array:
    """A third of the adjoining faces' area (n,), mm², for every vertex."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    return _at_vertices(np.linalg.norm(np.cross(b - a, c - a), axis=1) / 6, mesh)


def _at_vertices(of_face: Array, mesh: Mesh) -> Array:
    """A face's value (m,) summed at its vertices (n,)."""
    return np.bincount(mesh.faces.ravel(), np.repeat(of_face, 3), mesh.vertex_count)


def _gathered(of_face: Array, mesh: Mesh) -> Array:
    """A face's vector (m, 3) summed at its vertices and brought to length one."""
    summed = np.stack([_at_vertices(of_face[:, axis], mesh) for axis in range(3)], axis=1)
    return summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-30)
