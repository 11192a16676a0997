"""What marching cubes makes of one cell: the meshed porosity, and the level that makes it the wanted one.

Flat triangles cut corners: a mesh with its vertices on the true surface holds too little metal. The level is moved
until the mesh, not the formula, has the porosity.
"""

from collections.abc import Callable
from itertools import product

import numpy as np
from scipy.optimize import root_scalar

from hemipelvis.arrays import Array, Points
from hemipelvis.isosurface import CLAMP, isosurface
from hemipelvis.lattice.gyroid import Kind, grid_values, gyroid, solid_value
from hemipelvis.mesh import Mesh
from hemipelvis.volume import Volume


def per_cell(measure: Callable[[Mesh], float], kind: Kind, level: float, samples: int) -> float:
    """A measure that adds up over a mesh, of one cell within an endless lattice.

    The mixed third difference of blocks of 1 or 2 cells along x, y, z: what their capped sides, edges and corners add
    cancels exactly.
    """
    blocks = product((1, 2), repeat=3)
    return sum((-1) ** (a + b + c) * measure(_block(kind, level, samples, (a, b, c))) for a, b, c in blocks)


def _block(kind: Kind, level: float, samples: int, cells: tuple[int, int, int]) -> Mesh:
    mesh = isosurface(Volume(grid_values(kind, samples, cells), np.full(3, 1 / samples), np.zeros(3)), level)
    return Mesh(_onto_surface(mesh.vertices * samples, kind, level, samples, cells) / samples, mesh.faces)


def _onto_surface(nodes: Points, kind: Kind, level: float, samples: int, cells: tuple[int, int, int]) -> Points:
    """Vertices (n, 3), in nodes, moved along their grid edges onto the surface by bisection; caps stay."""
    near = np.rint(nodes)
    axis = np.abs(nodes - near).argmax(axis=1)
    along = np.eye(3)[axis]
    start = np.floor(nodes * along + 1e-9) + near * (1 - along)
    inner = np.all((start >= 0) & (start + along <= np.array(cells) * samples - 1), axis=1)
    low, high = np.zeros(len(nodes)), np.ones(len(nodes))
    first = _inside(start, kind, level, samples)
    for _ in range(30):
        middle = (low + high) / 2
        same = _inside(start + middle[:, None] * along, kind, level, samples) == first
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    share = np.clip((low + high) / 2, CLAMP, 1 - CLAMP)
    return np.where(inner[:, None], start + share[:, None] * along, nodes)


def _inside(nodes: Points, kind: Kind, level: float, samples: int) -> Array:
    return np.asarray(solid_value(kind, gyroid(nodes / samples)) < level)


def meshed_porosity(kind: Kind, level: float, samples: int) -> float:
    """Share of one cell that the mesh of an endless lattice leaves free."""
    return 1 - per_cell(_volume, kind, level, samples)


def meshed_euler(kind: Kind, level: float, samples: int) -> int:
    """Euler characteristic per cell of the mesh: −8 of a network gyroid, −16 of a sheet (two such surfaces)."""
    return round(per_cell(_euler, kind, level, samples))


def _volume(mesh: Mesh) -> float:
    return mesh.volume_mm3 if len(mesh.faces) else 0.0


def _euler(mesh: Mesh) -> float:
    used: Array = np.unique(mesh.faces)
    return float(len(used) - len(mesh.faces) / 2)


def level_for_mesh(kind: Kind, porosity: float, true_level: float, samples: int) -> float:
    """The level at which the mesh at `samples` per cell has the porosity. Raises ValueError when none is near."""
    low, high = true_level - 0.3, true_level + 0.5
    found = root_scalar(lambda x: meshed_porosity(kind, x, samples) - porosity, bracket=(low, high), xtol=1e-6)
    return float(found.root)
