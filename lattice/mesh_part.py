"""The print part: body and lattice meshed together, once, layer by layer of cells to disk, as one closed manifold.

Cells that hold nothing but lattice are copies of one exact unit cell; the others evaluate the part's field.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.lattice.calibrate import Calibration
from hemipelvis.lattice.cell_layer import CellLayer, cell_layer, layer_faces, neighbours
from hemipelvis.lattice.cell_shells import layer_roots, patches, weigh_copies
from hemipelvis.lattice.part_field import PartField, part_field
from hemipelvis.lattice.unit_cell import UnitCell, unit_cell
from hemipelvis.layered_mesh import FACES, VERTICES, LayeredMesh, read_rows
from hemipelvis.layered_shells import LayeredShells
from hemipelvis.progress import Progress, part, silent
from hemipelvis.settings import LatticeSettings
from hemipelvis.volume import Volume

LABELS = "labels.i32"
LARGE_ISLAND_MM3 = 5.0
"""A dropped island above this is no crumb at the lattice's rim (a cell holds about 0.4 mm³ of metal): it is told."""


@dataclass(frozen=True)
class PrintPart:
    """One closed shell, LPS mm, on disk.

    counts: triangles, cells copied and evaluated, islands (floating pieces) and pockets (sealed voids) dropped;
    measures: volume_mm3 of the part, island_mm3 removed and pocket_mm3 filled, pitch_mm.
    """

    mesh: LayeredMesh
    counts: Mapping[str, int]
    measures: Mapping[str, float]
    warnings: tuple[str, ...]


def mesh_part(
    envelope: Volume,
    solid: Volume,
    calibration: Calibration,
    settings: LatticeSettings,
    folder: Path,
    progress: Progress = silent,
) -> PrintPart:
    """Part = envelope ∩ (solid grown by the overlap ∪ lattice ∪ core), without floating pieces and sealed pockets.

    envelope, solid: signed distances in mm (negative inside) on one grid, the solid within the envelope, holes and
    cavities out of both. The mesh is written to files in `folder`. Raises InputError if the grids differ or the
    envelope is empty.
    """
    unit = unit_cell(calibration.kind, calibration.level, calibration.mesh_level, calibration.samples_per_cell)
    return mesh_field(part_field(envelope, solid, calibration, settings), unit, folder, progress)


def mesh_field(field: PartField, unit: UnitCell, folder: Path, progress: Progress = silent) -> PrintPart:
    """The same from the field."""
    folder.mkdir(parents=True, exist_ok=True)
    shells, cells = LayeredShells(field.pitch_mm * np.array(field.lower)), np.zeros(2, int)
    counts = _write_layers(field, unit, folder, shells, cells, part(progress, 0, 0.95))
    shell_of, volumes, faces = shells.finish()
    outer = int(np.argmax(volumes))
    labels = read_rows(folder / LABELS, [n for n, _ in counts], np.int32, 1)
    keeps = tuple((shell_of == outer)[block[:, 0]] for block in labels)
    (folder / LABELS).unlink()
    mesh = LayeredMesh(folder, counts, keeps, int(faces[outer]))
    others = np.delete(volumes, outer)
    islands, pockets = others[others > 0], others[others <= 0]
    progress("meshed", 1.0)
    return PrintPart(
        mesh,
        {
            "triangles": mesh.face_count,
            "cells_copied": int(cells[0]),
            "cells_evaluated": int(cells[1]),
            "islands": len(islands),
            "pockets": len(pockets),
        },
        {
            "volume_mm3": float(volumes[outer]),
            "island_mm3": float(islands.sum()),
            "pocket_mm3": float(abs(pockets.sum())),
            "pitch_mm": field.pitch_mm,
        },
        _warnings(islands, pockets),
    )


def _layers(field: PartField, unit: UnitCell, progress: Progress) -> Iterator[tuple[CellLayer, CellLayer]]:
    """Every layer with the one above; the topmost ones are empty."""
    n = field.samples
    first, last = field.lower[2] // n, -(-field.upper[2] // n)
    layer = cell_layer(field, unit, first, 0)
    total = len(layer.vertices)
    for cell_z in range(first, last):
        progress("meshing the lattice", (cell_z - first) / (last - first))
        above = cell_layer(field, unit, cell_z + 1, total)
        total += len(above.vertices)
        yield layer, above
        layer = above


def _write_layers(
    field: PartField, unit: UnitCell, folder: Path, shells: LayeredShells, cells: Array, progress: Progress
) -> tuple[tuple[int, int], ...]:
    """All shells to disk, with a label per vertex; `cells` counts the copied and the evaluated ones."""
    counts: list[tuple[int, int]] = []
    parts = patches(unit)
    with (folder / VERTICES).open("wb") as v, (folder / FACES).open("wb") as f, (folder / LABELS).open("wb") as s:
        for layer, above in _layers(field, unit, progress):
            around = neighbours(layer, above)
            both = np.concatenate([layer.vertices, above.vertices])
            faces, moved = layer_faces(layer, around, unit, both)
            _move(moved, both, layer.vertices, above.vertices)
            mine = faces[: around.triangles.sum()] - np.int32(layer.first_vertex)
            label = shells.add(layer_roots(layer, around, len(both), mine, parts), len(layer.vertices))
            shells.weigh_faces(both, mine, label)
            weigh_copies(shells, label, layer, around, parts, field.pitch_mm * field.samples)
            layer.vertices.tofile(v)
            faces.tofile(f)
            label[: len(layer.vertices)].tofile(s)
            counts.append((len(layer.vertices), len(faces)))
            cells += layer.copied, layer.evaluated
    return tuple(counts)


def _move(moved: Array, places: Array, layer: Array, above: Array) -> None:
    """Give the vertices of two layers, by number in both, their places in both."""
    mine = moved[moved < len(layer)]
    beyond = moved[moved >= len(layer)]
    layer[mine], above[beyond - len(layer)] = places[mine], places[beyond]


def _warnings(islands: Array, pockets: Array) -> tuple[str, ...]:
    found = []
    if islands.max(initial=0) > LARGE_ISLAND_MM3:
        found.append(
            f"a piece of {islands.max():.1f} mm³ hung on nothing and was left out: look whether the body is whole"
        )
    if -pockets.min(initial=0) > LARGE_ISLAND_MM3:
        found.append(f"a sealed void of {-pockets.min():.1f} mm³ was filled: powder could not leave it")
    return tuple(found)
