"""DICOM segmentations (PS3.3 A.51): every segment's frames stacked to a mask."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.uid import SegmentationStorage

from hemipelvis.arrays import Array
from hemipelvis.errors import InputError
from hemipelvis.segmentation.quiet_dicom import quiet_dicom

ODD_MM = 0.05
"""Frames off an even spacing by more than this were not made on one grid."""


def is_dicom(path: Path) -> bool:
    """Whether a file is DICOM, by the four letters after its preamble (PS3.10, 7.1)."""
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


def dicom_segments(path: Path) -> tuple[tuple[str, int, sitk.Image], ...]:
    """Label, number and mask (1 inside) of each segment. Raises InputError for other objects than binary or
    fractional segmentations, and for frames without place or on no common grid. Messages name no patient.
    """
    with quiet_dicom():
        data = pydicom.dcmread(path)
        kind = str(data.get("SegmentationType", ""))
        if data.get("SOPClassUID") != SegmentationStorage or kind not in ("BINARY", "FRACTIONAL"):
            raise InputError(
                "a DICOM file as label map that is no binary or fractional segmentation",
                "a DICOM-SEG object",
                "export the segmentation as DICOM-SEG, NRRD or NIfTI",
            )
        inside = _inside(data, kind)
        try:
            return tuple(_segment(data, inside, s) for s in data.SegmentSequence if _frames(data, s))
        except (AttributeError, IndexError) as error:
            raise InputError(
                "a DICOM-SEG whose frames do not say where they lie",
                "PlanePosition, PlaneOrientation and PixelMeasures of every frame",
                "export it again, or as NRRD",
            ) from error


def _inside(data: Any, kind: str) -> Array:
    pixels = np.asarray(data.pixel_array).reshape(-1, data.Rows, data.Columns)
    half = int(data.get("MaximumFractionalValue", 1)) / 2 if kind == "FRACTIONAL" else 0.5
    return pixels >= half


def _frames(data: Any, segment: Any) -> list[int]:
    number = segment.SegmentNumber
    groups = data.PerFrameFunctionalGroupsSequence
    return [n for n, g in enumerate(groups) if g.SegmentIdentificationSequence[0].ReferencedSegmentNumber == number]


def _of(data: Any, frame: int, sequence: str) -> Any:
    """An item of a frame's own functional groups, or of those that all share."""
    own = data.PerFrameFunctionalGroupsSequence[frame]
    return (own if sequence in own else data.SharedFunctionalGroupsSequence[0])[sequence].value[0]


def _segment(data: Any, inside: Array, segment: Any) -> tuple[str, int, sitk.Image]:
    frames = _frames(data, segment)
    axes = np.reshape(_of(data, frames[0], "PlaneOrientationSequence").ImageOrientationPatient, (2, 3)).astype(float)
    normal = np.cross(axes[0], axes[1])
    places = np.array([_of(data, f, "PlanePositionSequence").ImagePositionPatient for f in frames], float)
    step = _step(_of(data, frames[0], "PixelMeasuresSequence"), places @ normal)
    along = (places @ normal - (places @ normal).min()) / step
    index = np.rint(along).astype(int)
    if np.abs(along - index).max() * step > ODD_MM or len(set(index.tolist())) < len(index):
        raise InputError("a DICOM-SEG with unevenly spaced frames", "one grid", "export it on the CT's grid")
    mask = np.zeros((index.max() + 1, *inside.shape[1:]), np.uint8)
    mask[index] = inside[frames]
    return str(segment.SegmentLabel), int(segment.SegmentNumber), _placed(data, frames, mask, step, index, places, axes)


def _step(measures: Any, along: Array) -> float:
    gaps = np.diff(np.unique(along.round(3)))
    if len(gaps):
        return float(gaps.min())
    return float(measures.get("SpacingBetweenSlices", None) or measures.SliceThickness)


def _placed(
    data: Any, frames: list[int], mask: Array, step: float, index: Array, places: Array, axes: Array
) -> sitk.Image:
    rows, columns = (float(v) for v in _of(data, frames[0], "PixelMeasuresSequence").PixelSpacing)
    image = sitk.GetImageFromArray(mask)
    image.SetSpacing((columns, rows, step))
    image.SetOrigin(places[int(np.argmin(index))].tolist())
    image.SetDirection(np.array([axes[0], axes[1], np.cross(axes[0], axes[1])]).T.ravel().tolist())
    return image
