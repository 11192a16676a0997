"""Wiring, first third: from the CT to labels, old hardware and surfaces."""

from pathlib import Path

import numpy as np

from hemipelvis.arrays import Mask
from hemipelvis.errors import InputError
from hemipelvis.hardware import Hardware
from hemipelvis.jsonable import dumps, from_json, load
from hemipelvis.labels import BONES, METAL, Label
from hemipelvis.mesh import write_stl
from hemipelvis.nrrd import write_nrrd
from hemipelvis.pipeline import Desk, Stage
from hemipelvis.segmentation.check_side import check_side
from hemipelvis.segmentation.find_hardware import find_hardware
from hemipelvis.segmentation.label_bones import Labelled, label_bones
from hemipelvis.segmentation.lucent_rims import lucent_rims
from hemipelvis.segmentation.read_segments import Segment, read_segments
from hemipelvis.segmentation.read_series import read_series
from hemipelvis.segmentation.reduce_artefacts import reduce_artefacts
from hemipelvis.segmentation.scan_files import scan_inputs
from hemipelvis.segmentation.surface import surface
from hemipelvis.segmentation.take_labels import take_labels, with_bones
from hemipelvis.segmentation.total_segmentator import total_segmentator
from hemipelvis.settings import Case
from hemipelvis.volume import Volume, read_volume

CT, MAR, METAL_MASK, CONFIDENCE = "ct/ct.nrrd", "ct/mar.nrrd", "ct/metal.nrrd", "ct/confidence.nrrd"
BONE_LABELS, LABELS, SCREWS = "segmentation/bones.nrrd", "segmentation/labels.nrrd", "segmentation/screws.nrrd"
LABEL_CONFIDENCE = "segmentation/confidence.nrrd"
HARDWARE = "segmentation/hardware.json"
LEAST_TOLD_CM3 = 0.1


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
    """Label the bones, or take the engineer's label map, wholly or for single bones."""
    ct, asked = read_volume(desk.path(CT)), desk.case.segmentation
    wanted = [Label[name.upper()] for name in asked.labels_for]
    segments = _segments(desk, ct)
    if segments is None:
        _write_bones(desk, _found_bones(desk, ct))
        return
    taken, said = take_labels(segments, ct, asked.label_numbers, asked.label_names, wanted)
    names = ", ".join(b.name.lower() for b in BONES if (taken.voxels == b).any())
    origin = "the label map stated" if asked.labels is not None else "TotalSegmentator"
    desk.warnings.extend((f"not segmented here but taken from {origin}: {names}", *said))
    stated = Labelled(taken, taken.like(np.full(taken.voxels.shape, 100, np.uint8)), ())
    _write_bones(desk, _joined(_found_bones(desk, ct), taken) if wanted else stated)


def _joined(found: Labelled, taken: Volume) -> Labelled:
    """Found labels with the taken bones in their place; these are as sure as whoever drew them."""
    confidence = np.where(taken.voxels > 0, 100, found.confidence.voxels).astype(np.uint8)
    return Labelled(with_bones(found.labels, taken), taken.like(confidence), found.warnings)


def _write_bones(desk: Desk, bones: Labelled) -> None:
    desk.warnings.extend(bones.warnings)
    write_nrrd(desk.new(BONE_LABELS), bones.labels)
    write_nrrd(desk.new(LABEL_CONFIDENCE), bones.confidence)


def _segments(desk: Desk, ct: Volume) -> tuple[Segment, ...] | None:
    """Segments from elsewhere, None where everything is to be found here."""
    asked = desk.case.segmentation
    if asked.labels is not None and asked.method != "hemipelvis":
        raise InputError(
            "segmentation.labels and segmentation.method together", "one source of labels", "leave one of them out"
        )
    if asked.labels is not None:
        return read_segments(asked.labels)
    if asked.labels_for and asked.method == "hemipelvis":
        raise InputError("segmentation.labels_for without labels", "a label map", "state segmentation.labels as well")
    return total_segmentator(ct) if asked.method == "totalsegmentator" else None


def _found_bones(desk: Desk, ct: Volume) -> Labelled:
    mar, metal, crossed = read_volume(desk.path(MAR)), metal_of(desk), read_volume(desk.path(CONFIDENCE))
    return label_bones(ct, mar, metal, desk.case.case.side, desk.case.segmentation, desk.progress, crossed)


def hardware(desk: Desk) -> None:
    """Find the old endoprosthesis, its cup and its screws."""
    ct, labels = read_volume(desk.path(CT)), read_volume(desk.path(BONE_LABELS))
    found = find_hardware(ct, metal_of(desk), labels, desk.case.case.side, desk.case.old_screws, desk.progress)
    rims = lucent_rims(found.labels, read_volume(desk.path(MAR)), found.hardware.screws, found_here(desk.case))
    desk.warnings.extend((*found.warnings, *_rims_told(rims, found.labels.voxel_mm3)))
    write_nrrd(desk.new(LABELS), found.labels.like(np.where(rims, np.uint8(0), found.labels.voxels)))
    write_nrrd(desk.new(SCREWS), found.screws)
    desk.new(HARDWARE).write_text(dumps(found.hardware), encoding="utf-8")


def found_here(case: Case) -> tuple[Label, ...]:
    """The bones that are labelled here; those that the engineer states stay as they are."""
    asked = case.segmentation
    if asked.labels is None and asked.method == "hemipelvis":
        return BONES
    return tuple(b for b in BONES if asked.labels_for and b.name.lower() not in asked.labels_for)


def _rims_told(rims: Mask, voxel_mm3: float) -> tuple[str, ...]:
    volume = np.count_nonzero(rims) * voxel_mm3 / 1000
    told = f"lucent rims round old screws: {volume:.1f} cm³ beside them is taken for soft tissue, not for bone"
    return (told,) if volume >= LEAST_TOLD_CM3 else ()


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
        lambda c: () if c.segmentation.labels is None else scan_inputs(c.segmentation.labels),
        packages=("segmentation",),
    ),
    Stage(
        "hardware", "Find the old hardware", hardware, ("intake", "reduce", "bones"),
        lambda c: [c.old_screws.model_dump(mode="json"), c.case.side, found_here(c)],
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
