"""Does the label map show the defect that the engineer states, and the whole pelvis around it?"""

from collections.abc import Mapping

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.volume import Volume

WHOLE_SHARE = 0.85  # an innominate bone of this share of the other's volume has not been resected
LOWER_HEIGHT = 0.45  # pubis and ischium lie in this lower share of an innominate bone's height
REMNANT_SHARES = {"I+II": (0.15, WHOLE_SHARE), "I+II+III": (0.0, 0.20)}  # of the other side's pubis and ischium
LEAST_MM3 = 20_000.0  # less is no whole innominate bone or sacrum (adults: 150 to 400 cm3; a sacrum 100 to 250)
EDGE_MM2 = 25.0  # bone that meets an edge of the scan over less is noise
EDGES = ((0, 0, "lowest slice"), (0, -1, "highest slice"), (1, 0, "front"), (1, -1, "back"),
         (2, 0, "right edge"), (2, -1, "left edge"))  # fmt: skip


def check_defect(labels: Volume, side: Side, resection: str) -> None:
    """Raise InputError, with figures, where the label map contradicts what is stated.

    Missing sacrum or intact innominate bone; innominate bone cut by the scan's edge; no resection at all; `resection`
    "I+II" without a pubic or ischial remnant, or "I+II+III" with a big one. Volumes against the intact side's.
    """
    voxels = {name: labels.voxels == label for name, label in _wanted(side).items()}
    _check_present(voxels, labels.voxel_mm3, side)
    for name in (f"{side.other} innominate bone", f"{side} innominate bone"):
        _check_edges(name, voxels[name], labels)
    _check_resection(voxels[f"{side} innominate bone"], voxels[f"{side.other} innominate bone"], side, resection)


def _wanted(side: Side) -> dict[str, Label]:
    hips = {f"{s} innominate bone": Label.hip(s) for s in (side.other, side)}
    return {"sacrum": Label.SACRUM, **hips}


def _check_present(voxels: Mapping[str, Array], voxel_mm3: float, side: Side) -> None:
    for name in ("sacrum", f"{side.other} innominate bone"):
        volume = float(voxels[name].sum()) * voxel_mm3
        if volume < LEAST_MM3:
            raise InputError(
                f"{volume / 1000:.1f} cm3 of {name} in the label map",
                f"at least {LEAST_MM3 / 1000:.0f} cm3",
                "check the affected side, that the scan holds the whole pelvis, and segmentation/labels.nrrd",
            )


def _check_edges(name: str, bone: Array, labels: Volume) -> None:
    for axis, end, where in EDGES:
        pixel_mm2 = labels.voxel_mm3 / labels.sampling[axis]
        area = float(np.take(bone, end, axis=axis).sum()) * pixel_mm2
        if area > EDGE_MM2:
            part = {"lowest slice": "ischium or pubis", "highest slice": "iliac crest"}.get(where, "bone")
            raise InputError(
                f"the {name} ({part}) reaches the {where} of the scan over {area:.0f} mm2: "
                "the scan does not hold the whole pelvis",
                "a scan from above the iliac crests to below the ischial tuberosities",
                "use a series that covers the whole pelvis",
            )


def _check_resection(affected: Array, intact: Array, side: Side, resection: str) -> None:
    share = float(affected.sum()) / float(intact.sum())
    if share > WHOLE_SHARE:
        raise InputError(
            f"a {side} innominate bone of {share:.0%} of the other side's volume: it has not been resected",
            f"less than {WHOLE_SHARE:.0%}",
            "check the affected side and the label map",
        )
    remnant = _lower(affected, intact) / max(_lower(intact, intact), 1)
    low, high = REMNANT_SHARES[resection]
    if not low <= remnant <= high:
        raise InputError(
            f"resection {resection} stated, but {remnant:.0%} of the {side} pubis and ischium found",
            f"{low:.0%} to {high:.0%} (of the other side's)",
            "state the other resection type, or correct the label map",
        )


def _lower(bone: Array, intact: Array) -> int:
    """Voxels of a bone in the lower part of the intact one's height."""
    slices = np.flatnonzero(intact.any(axis=(1, 2)))
    top = int(slices[0] + LOWER_HEIGHT * (slices[-1] - slices[0]))
    return int(bone[:top].sum())
