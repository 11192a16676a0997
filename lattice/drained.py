"""Pores that the solid's face cuts off are filled: powder that cannot run out of them would stay in the patient."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from hemipelvis.arrays import Array, Points
from hemipelvis.compiled import compiled
from hemipelvis.lattice.calibrate import Calibration
from hemipelvis.lattice.part_field import PartField, part_field
from hemipelvis.lattice.trapped_powder import Trapped, trapped_powder
from hemipelvis.progress import Progress, part, silent
from hemipelvis.settings import LatticeSettings
from hemipelvis.volume import Volume

ROUNDS = 12
"""A filled pore may cut off its neighbour: so the places around are looked at again, as often as this at most."""
AROUND_MM = 3.0
"""What a filled pore cuts off lies within this: some three cells."""
FARTHER_MM = 1.0
"""Around a ball, distances to it are kept as far as this: farther than any overlap or blend looks."""


@dataclass(frozen=True)
class Drained:
    """solid with small chambers filled; how many there were at first; the solid added (mm³); what is trapped still."""

    solid: Volume
    small: int
    added_mm3: float
    left: Trapped


def drained(
    envelope: Volume,
    solid: Volume,
    calibration: Calibration,
    settings: LatticeSettings,
    progress: Progress = silent,
) -> Drained:
    """The solid with every small chamber filled that powder cannot leave by a way as wide as the drain.

    envelope, solid: signed distances (mm) on one grid. Chambers larger than a few pores are left and counted: what
    closes them is a fault of the design, not the lattice's.
    """
    field, drain = part_field(envelope, solid, calibration, settings, exact=True), settings.drain_um / 1000
    left = trapped_powder(field, drain, part(progress, 0, 0.5))
    drawn, small, places = solid, left.small, left.places
    for _ in range(ROUNDS):
        if not len(places):
            break
        solid = with_balls(solid, places, drain / 2 - settings.overlap_mm)
        field = replace(field, solid=np.ascontiguousarray(solid.voxels, np.float32))
        near = [trapped_powder(b, drain) for b in _boxes(field, places)]
        places = np.concatenate([found.places for found in near])
    left = trapped_powder(field, drain, part(progress, 0.5, 1)) if small else left
    grown = (solid.voxels < 0) & (drawn.voxels >= 0) & (envelope.voxels < 0)
    return Drained(solid, small, float(grown.sum() * solid.voxel_mm3), left)


def _boxes(field: PartField, places: Points) -> Iterator[PartField]:
    """The field in boxes around places; what leaves a box counts as open there."""
    for corner in np.unique(np.floor(places / AROUND_MM), axis=0) * AROUND_MM:
        ends = np.array([corner - AROUND_MM, corner + 2 * AROUND_MM]) / field.pitch_mm
        lower = np.maximum(np.floor(ends[0]), field.lower).astype(int)
        upper = np.minimum(np.ceil(ends[1]), field.upper).astype(int)
        yield replace(field, lower=tuple(lower.tolist()), upper=tuple(upper.tolist()))


def with_balls(solid: Volume, places: Points, radius_mm: float) -> Volume:
    """The solid and balls about places (n, 3), grown so that the grid does not miss them.

    At a place itself the trilinear distance to it can come to half a voxel's diagonal.
    """
    radius = radius_mm + float(np.linalg.norm(solid.spacing)) / 2
    return solid.like(np.minimum(solid.voxels, _distances(solid, places, radius + FARTHER_MM) - np.float32(radius)))


def _distances(grid: Volume, places: Points, reach_mm: float) -> Array:
    """Distance (float32, mm) from every node to the nearest place, infinite beyond the reach."""
    out = np.full(grid.voxels.shape, np.inf, np.float32)
    _lower(grid.index_from_world(places), np.asarray(grid.spacing, float), reach_mm, out)
    return out


@compiled
def _lower(places: Array, spacing: Array, reach_mm: float, out: Array) -> None:
    """Let no node within the reach of places (n, 3), in indices x, y, z, be farther than it is."""
    size = np.array([out.shape[2], out.shape[1], out.shape[0]])
    for p in range(len(places)):
        low = np.maximum(np.ceil(places[p] - reach_mm / spacing), 0).astype(np.int64)
        high = np.minimum(np.floor(places[p] + reach_mm / spacing) + 1, size).astype(np.int64)
        for k in range(low[2], high[2]):
            for j in range(low[1], high[1]):
                for i in range(low[0], high[0]):
                    x, y, z = i - places[p, 0], j - places[p, 1], k - places[p, 2]
                    away = np.sqrt((x * spacing[0]) ** 2 + (y * spacing[1]) ** 2 + (z * spacing[2]) ** 2)
                    if away < reach_mm:
                        out[k, j, i] = min(out[k, j, i], away)
