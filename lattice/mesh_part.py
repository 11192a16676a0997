"""The print part: body and lattice meshed together, once, slab by slab, as one closed manifold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.errors import InputError
from hemipelvis.isosurface import next_chunk
from hemipelvis.lattice.calibrate import Calibration
from hemipelvis.lattice.part_field import grid_around, part_values
from hemipelvis.mesh import Mesh
from hemipelvis.progress import Progress, silent
from hemipelvis.settings import LatticeSettings
from hemipelvis.shells import find_shells, keep_shell
from hemipelvis.volume import Volume

SLAB = 24
"""Layers meshed at a time; bounds the memory, never changes the mesh."""
LARGE_ISLAND_MM3 = 5.0
"""A dropped island above this is no crumb at the lattice's rim (a cell holds about 0.4 mm³ of metal): it is told."""


@dataclass(frozen=True)
class PrintPart:
    """One closed shell, LPS mm.

    counts: triangles, islands (floating pieces) and pockets (sealed voids) dropped; measures: volume_mm3 of the part,
    island_mm3 removed and pocket_mm3 filled, pitch_mm.
    """

    mesh: Mesh
    counts: Mapping[str, int]
    measures: Mapping[str, float]
    warnings: tuple[str, ...]


def mesh_part(
    envelope: Volume,
    solid: Volume,
    calibration: Calibration,
    settings: LatticeSettings,
    progress: Progress = silent,
    slab: int = SLAB,
) -> PrintPart:
    """Part = envelope ∩ (solid grown by the overlap ∪ lattice), without floating pieces and sealed pockets.

    envelope, solid: signed distances in mm (negative inside) on one grid, the solid within the envelope, holes and
    cavities out of both. Raises InputError if the grids differ or the envelope is empty.
    """
    _check(envelope, solid)
    vertices, faces = _mesh(envelope, solid, calibration, settings.overlap_mm, progress, slab)
    progress("dropping islands and pockets", 0.85)
    shells = find_shells(vertices, faces)
    volumes, outer = shells.volumes_mm3, int(np.argmax(shells.volumes_mm3))
    mesh = Mesh(*keep_shell(vertices, faces, shells, outer))
    islands, pockets = np.delete(volumes, outer)[np.delete(volumes, outer) > 0], volumes[volumes <= 0]
    progress("meshed", 1.0)
    return PrintPart(
        mesh,
        {"triangles": len(mesh.faces), "islands": len(islands), "pockets": len(pockets)},
        {
            "volume_mm3": float(volumes[outer]),
            "island_mm3": float(islands.sum()),
            "pocket_mm3": float(abs(pockets.sum())),
            "pitch_mm": calibration.pitch_mm,
        },
        _warnings(islands, pockets),
    )


def _check(envelope: Volume, solid: Volume) -> None:
    same = envelope.voxels.shape == solid.voxels.shape and np.allclose(envelope.origin, solid.origin)
    if not (same and np.allclose(envelope.spacing, solid.spacing)):
        raise InputError(
            f"an envelope of {envelope.voxels.shape} voxels and a solid of {solid.voxels.shape} on different grids",
            "both on one grid",
            "sample both fields on the same grid",
        )
    if not (envelope.voxels < 0).any():
        raise InputError("an empty envelope", "a body with an inside", "check the body's sizes and the defect")


def _mesh(
    envelope: Volume, solid: Volume, calibration: Calibration, overlap_mm: float, progress: Progress, slab: int
) -> tuple[Array, Array]:
    """Vertices (n, 3) mm and faces of all shells. Neighbouring slabs share a plane of values and the vertices in it."""
    grid = grid_around(envelope, calibration.pitch_mm)
    layers, found, count = grid.size[2] - 1, [], 0
    last: Array = part_values(envelope, solid, calibration, overlap_mm, grid, range(1))
    for start in range(0, layers, slab):
        progress("meshing the lattice", 0.85 * start / layers)
        stop = min(start + slab, layers)
        above = part_values(envelope, solid, calibration, overlap_mm, grid, range(start + 1, stop + 1))
        chunk = next_chunk(np.concatenate([last, above]), 0.0, count, start)
        found.append(((chunk.vertices + np.array(grid.first)) * grid.pitch_mm, chunk.faces))
        count, last = count + len(chunk.vertices), above[-1:]
    return np.concatenate([v for v, _ in found]), np.concatenate([f for _, f in found])


def _warnings(islands: Array, pockets: Array) -> tuple[str, ...]:
    found = []
    if islands.max(initial=0) > LARGE_ISLAND_MM3:
        found.append(
            f"a piece of {islands.max():.1f} mm³ hung on nothing and was left out: look whether the body is whole"
        )
    if -pockets.min(initial=0) > LARGE_ISLAND_MM3:
        found.append(f"a sealed void of {-pockets.min():.1f} mm³ was filled: powder could not leave it")
    return tuple(found)
