"""A solid hollowed to a wall, with holes through which liquid resin runs out.

Every cavity gets two holes as far apart as allowed skin lies over it, one for resin and one for air; a cavity over
which none may stand stays solid.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from hemipelvis.arrays import Array, Mask, Point, Points, Vector, unit
from hemipelvis.field import cylinder, outward_normals
from hemipelvis.isosurface import isosurface
from hemipelvis.volume import Volume

APART = 3.0
"""Diameters between the two holes of a cavity; nearer, the second does not help and one is made."""
NEAR_MM = 1.0
BEYOND_MM = 1.5
"""How far a hole's cylinder stands out of the skin and into the cavity."""


@dataclass(frozen=True)
class Drain:
    """A hole from `at` on the skin along the unit vector `inwards`."""

    at: Point
    inwards: Vector
    diameter_mm: float


@dataclass(frozen=True)
class Hollowed:
    """field: signed distances (mm) of wall and holes; drains; what stays solid for want of a hole, mm³."""

    field: Volume
    drains: tuple[Drain, ...]
    solid_mm3: float


def hollowed(body: Volume, wall_mm: float, drain_mm: float, allowed: Mask | None = None) -> Hollowed:
    """body: signed distances (mm, negative inside), right near its surface at least.

    allowed (n,): which vertices of its isosurface may be drilled. The wall comes out 0.05 mm thinner at most.
    """
    places = isosurface(body).vertices
    normals = outward_normals(body, places)
    free = np.ones(len(places), bool) if allowed is None else np.asarray(allowed, bool)
    depths = _depths(body)
    labelled: Any = ndimage.label(depths < -wall_mm)
    cavities, count = labelled
    under = body.like(cavities).nearest(places - (wall_mm + drain_mm / 2) * normals) * free
    drains = [_drains(places, normals, under == n, drain_mm) for n in range(1, count + 1)]
    closed = np.isin(cavities, [n for n, found in enumerate(drains, 1) if not found])
    made = tuple(d for found in drains for d in found)
    beside = ndimage.binary_dilation(closed, np.ones((3, 3, 3)))
    shell = np.where(beside, body.voxels, np.maximum(body.voxels, -(depths + wall_mm)))
    for drain in made:
        _drill(body, shell, drain, wall_mm)
    return Hollowed(body.like(shell), made, float(closed.sum()) * body.voxel_mm3)


def _depths(body: Volume) -> Array:
    """Signed distances (mm) at any depth, of a field that may be cut off deeper than NEAR_MM."""
    near = body.voxels > -NEAR_MM
    found: Any = ndimage.distance_transform_edt(~near, sampling=body.sampling, return_indices=True)
    away, nearest = found
    return np.where(near, body.voxels, body.voxels[tuple(nearest)] - away).astype(np.float32)


def _drains(places: Points, normals: Array, over: Mask, drain_mm: float) -> list[Drain]:
    at = np.flatnonzero(over)
    if not len(at):
        return []
    first = at[np.argmax(np.linalg.norm(places[at] - places[at].mean(axis=0), axis=1))]
    away = np.linalg.norm(places[at] - places[first], axis=1)
    second = at[np.argmax(away)]
    chosen = [first, second] if away.max() > APART * drain_mm else [first]
    return [Drain(places[n], -unit(normals[n]), drain_mm) for n in chosen]


def _drill(body: Volume, shell: Array, drain: Drain, wall_mm: float) -> None:
    """Cut a hole out of the values of a grid, in place, near the hole alone."""
    start = drain.at - BEYOND_MM * drain.inwards
    end = drain.at + (wall_mm + drain.diameter_mm / 2 + BEYOND_MM) * drain.inwards
    reach = drain.diameter_mm
    low = np.maximum(np.floor(body.index_from_world(np.minimum(start, end) - reach)), 0).astype(int)
    high = np.minimum(np.ceil(body.index_from_world(np.maximum(start, end) + reach)), body.size - 1).astype(int) + 1
    box = tuple(slice(a, b) for a, b in zip(low[::-1], high[::-1], strict=True))
    nodes = np.stack(np.meshgrid(*(np.arange(a, b) for a, b in zip(low, high, strict=True)), indexing="ij"), axis=-1)
    hole = cylinder(start, end, drain.diameter_mm / 2)(body.world_from_index(nodes).reshape(-1, 3))
    shell[box] = np.maximum(shell[box], -hole.reshape(nodes.shape[:3]).transpose(2, 1, 0))
