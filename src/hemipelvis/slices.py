"""Layer contours of a finished run's print part, straight from its field: no mesh of tens of millions of triangles."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hemipelvis.case import read_case
from hemipelvis.errors import InputError
from hemipelvis.export.cli_file import write_cli
from hemipelvis.export.engraving import REACH_MM, groove
from hemipelvis.jsonable import load
from hemipelvis.lattice.calibrate import calibrate
from hemipelvis.lattice.contours import Contours, Cut, contours, heights_mm
from hemipelvis.lattice.part_field import PartField, part_field
from hemipelvis.progress import Progress, silent
from hemipelvis.stages_part import ENVELOPE_FIELD, LATTICE, PRINTED_SOLID, read_mark
from hemipelvis.volume import Volume, read_volume


@dataclass
class _Sum:
    """Layers written so far."""

    volume_mm3: float = 0.0
    layers: int = 0


def slice_run(case_file: Path, run: Path, out: Path, layer_um: float, progress: Progress = silent) -> dict[str, Any]:
    """Write the contours of a run's part to a Common Layer Interface file, LPS mm, z upwards.

    Returns layers, points, the volume they enclose and that of the mesh. Raises InputError for an unfinished run or an
    impossible thickness.
    """
    if not 10 <= layer_um <= 1000:
        raise InputError(f"layers of {layer_um:g} µm", "10 to 1000 µm", "correct --layer-um")
    if not (run / LATTICE).is_file():
        raise InputError(f"{run}, which holds no finished print part", "a finished run", "hemipelvis run first")
    settings = read_case(case_file).lattice
    envelope, solid = read_volume(run / ENVELOPE_FIELD), read_volume(run / PRINTED_SOLID)
    field = part_field(envelope, solid, calibrate(settings), settings, exact=True)
    heights, done = heights_mm(field, layer_um / 1000), _Sum()
    bounds = np.array([field.lower, field.upper]) * field.pitch_mm
    layers = _layers(field, heights, layer_um / 1000, done, progress, _mark_of(run, envelope))
    points = write_cli(out, layers, bounds.tolist(), len(heights), layer_um / 1000, run.name)
    mesh = load(run / LATTICE)["measures"]["volume_mm3"]
    return {"layers": done.layers, "points": points, "volume_mm3": done.volume_mm3, "mesh_volume_mm3": mesh}


def _mark_of(run: Path, envelope: Volume) -> Cut | None:
    """What was engraved in the part's files, to cut from the layers too."""
    mark = read_mark(run)
    if mark is None:
        return None
    reach = float(np.hypot(*mark.size_mm)) / 2 + REACH_MM
    return Cut(lambda points: groove(mark, points, envelope), mark.centre, reach)


def _layers(
    field: PartField, heights: Any, layer_mm: float, done: _Sum, progress: Progress, mark: Cut | None
) -> Iterator[Contours]:
    for number, height in enumerate(heights):
        if number % 50 == 0:
            progress("cutting layers", number / len(heights))
        layer = contours(field, float(height), mark)
        done.volume_mm3 += layer.area_mm2 * layer_mm
        done.layers += 1
        yield layer
