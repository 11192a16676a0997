"""Wiring, first third: from the CT to labels, old hardware and surfaces."""

from pathlib import Path

import numpy as np

from hemipelvis.errors import InputError
from hemipelvis.hardware import Hardware
from hemipelvis.jsonable import dumps, from_json, load
from hemipelvis.labels import BONES, METAL, Label
from hemipelvis.mesh import write_stl
from hemipelvis.nrrd import write_nrrd
from hemipelvis.pipeline import Desk, Stage
from hemipelvis.segmentation.check_side import check_side
from hemipelvis.segmentation.find_hardware import find_hardware
from hemipelvis.segmentation.label_bones import label_bones
from hemipelvis.segmentation.read_series import read_series
from hemipelvis.segmentation.reduce_artefacts import reduce_artefacts
from hemipelvis.segmentation.scan_files import scan_inputs
from hemipelvis.segmentation.surface import surface
from hemipelvis.settings import Case
from hemipelvis.volume import Volume, on_grid, read_volume

CT, MAR, METAL_MASK, CONFIDENCE = "ct/ct.nrrd", "ct/mar.nrrd", "ct/metal.nrrd", "ct/confidence.nrrd"
BONE_LABELS, LABELS, SCREWS = "segmentation/bones.nrrd", "segmentation/labels.nrrd", "segmentation/screws.nrrd"
HARDWARE = "segmentation/hardware.json"


def metal_of(desk: Desk) -> Volume:
    """The metal mask of a run."""
    stored = read_volume(desk.path(METAL_MASK))
    return stored.like(stored.voxels > 0)


def intake(desk: Desk) -> None:
    """Read the series and make sure that it can hold a pelvis."""
    scan = read_series(desk.case.ct.path, desk.case.ct.series, desk.progress)
    desk.warnings.extend(scan.warnings)
    write_nrrd(desk.new(CT), scan.volume)
    desk.new("ct/scan.json").write_text(dumps(scan.facts), encoding="utf-8")


def reduce(desk: Desk) -> None:
    """Reduce metal artefacts, once the metal is seen to lie on the stated side."""
    ct = read_volume(desk.path(CT))
    done = reduce_artefacts(ct, desk.case.mar, desk.progress)
    desk.warnings.extend(done.warnings)
    if done.metal.voxels.any():
        desk.warnings.extend(check_side(ct, done.metal, desk.case.case.side))
    else:
        desk.warnings.append("no metal in the scan")
    write_nrrd(desk.new(MAR), done.volume)
    write_nrrd(desk.new(METAL_MASK), done.metal)
    write_nrrd(desk.new(CONFIDENCE), done.confidence)


def bones(desk: Desk) -> None:
    """Label the bones, or take the engineer's label map."""
    ct = read_volume(desk.path(CT))
    stated = desk.case.segmentation.labels
    if stated is not None:
        write_nrrd(desk.new(BONE_LABELS), _stated_labels(stated, ct))
        desk.warnings.append("bones are the engineer's, from the label map stated")
        return
    mar, metal = read_volume(desk.path(MAR)), metal_of(desk)
    found = label_bones(ct, mar, metal, desk.case.case.side, desk.case.segmentation, desk.progress)
    desk.warnings.extend(found.warnings)
    write_nrrd(desk.new(BONE_LABELS), found.labels)


def _stated_labels(path: Path, ct: Volume) -> Volume:
    labels = on_grid(read_volume(path), ct, 0, nearest=True)
    present = {int(v) for v in np.unique(labels.voxels)}
    if not present & set(BONES):
        raise InputError(
            f"label map {path.name} with values {sorted(present)} on the scan",
            f"some of {', '.join(f'{int(b)} {b.name.lower()}' for b in BONES)}, in the scan's frame",
            "renumber the map, or export it in the scan's coordinates",
        )
    return labels.like(np.where(np.isin(labels.voxels, BONES), labels.voxels, 0).astype(np.uint8))


def hardware(desk: Desk) -> None:
    """Find the old endoprosthesis, its cup and its screws."""
    ct, labels = read_volume(desk.path(CT)), read_volume(desk.path(BONE_LABELS))
    found = find_hardware(ct, metal_of(desk), labels, desk.case.case.side, desk.case.old_screws, desk.progress)
    desk.warnings.extend(found.warnings)
    write_nrrd(desk.new(LABELS), found.labels)
    write_nrrd(desk.new(SCREWS), found.screws)
    desk.new(HARDWARE).write_text(dumps(found.hardware), encoding="utf-8")


def read_hardware(desk: Desk) -> Hardware:
    """The old hardware of a run."""
    return from_json(Hardware, load(desk.path(HARDWARE)))


def surfaces(desk: Desk) -> None:
    """Smooth surfaces, one per bone; the endoprosthesis, intact and broken screws apart."""
    labels, screws = read_volume(desk.path(LABELS)), read_volume(desk.path(SCREWS))
    old = read_hardware(desk)
    for number, label in enumerate((*BONES, METAL[0])):
        desk.progress(f"surface of {label.name.lower()}", number / (len(BONES) + 2))
        if (labels.voxels == label).any():
            write_stl(desk.new(f"segmentation/{label.name.lower()}.stl"), surface(labels, label))
    for name, broken in (("screws_intact", False), ("screws_broken", True)):
        chosen = np.isin(screws.voxels, [s.id for s in old.screws if s.broken == broken])
        if chosen.any():
            write_stl(desk.new(f"segmentation/{name}.stl"), surface(screws.like(chosen.astype(np.uint8)), 1))


STAGES = (
    Stage(
        "intake", "Read the scan", intake, settings=lambda c: c.ct.series, inputs=lambda c: scan_inputs(c.ct.path),
        packages=("segmentation",),
    ),
    Stage(
        "reduce", "Reduce metal artefacts", reduce, ("intake",),
        lambda c: [c.mar.model_dump(mode="json"), c.case.side], packages=("segmentation",),
    ),
    Stage(
        "bones", "Label the bones", bones, ("intake", "reduce"),
        lambda c: [c.segmentation.model_dump(mode="json", exclude={"labels"}), c.case.side],
        lambda c: () if c.segmentation.labels is None else (c.segmentation.labels,),
        packages=("segmentation",),
    ),
    Stage(
        "hardware", "Find the old hardware", hardware, ("intake", "reduce", "bones"),
        lambda c: [c.old_screws.model_dump(mode="json"), c.case.side],
        editable=(LABELS, HARDWARE), packages=("segmentation",),
    ),
    Stage("surfaces", "Smooth the surfaces", surfaces, ("hardware",), packages=("segmentation",)),
)  # fmt: skip


def bone_surface(desk: Desk, label: Label) -> Path | None:
    """The STL of a bone, None where it does not exist."""
    path = desk.path(f"segmentation/{label.name.lower()}.stl")
    return path if path.exists() else None


def settings_of(case: Case, *sections: str) -> list[object]:
    """Those sections as plain values, with the side and the resection."""
    return [case.case.side.value, case.case.resection, *(getattr(case, s).model_dump(mode="json") for s in sections)]
