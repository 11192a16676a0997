"""Segments from elsewhere: label maps, 3D Slicer segmentations, folders with a mask per file, DICOM segmentations."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from hemipelvis.errors import InputError
from hemipelvis.segmentation.dicom_segments import dicom_segments, is_dicom
from hemipelvis.segmentation.quiet_stderr import quiet_stderr
from hemipelvis.segmentation.scan_files import VOLUME_FILES


@dataclass(frozen=True)
class Segment:
    """The voxels of an image (on its own grid) that have a value; `name` is empty where the file gives none."""

    name: str
    number: int
    image: sitk.Image
    value: int


def read_segments(path: Path) -> tuple[Segment, ...]:
    """All segments of a file (NRRD, NIfTI, MetaImage, DICOM-SEG) or of a folder with a mask per file, named after it.

    Raises InputError for what is not there, cannot be read, or holds no segment.
    """
    if not path.exists():
        raise InputError(f"no label map at {path.name}", "a file or folder", "correct segmentation.labels")
    found = _folder(path) if path.is_dir() else _file(path)
    if not found:
        raise InputError(f"{path.name} without any segment", "at least one bone", "check the export")
    return found


def _folder(path: Path) -> tuple[Segment, ...]:
    files = [f for f in sorted(path.iterdir()) if f.name.lower().endswith(VOLUME_FILES)]
    return tuple(
        Segment(_stem(f), n, sitk.NotEqual(_image(f), 0.0), 1) for n, f in enumerate(files, 1)
    )  # fmt: skip


def _stem(file: Path) -> str:
    return next(file.name[: -len(s)] for s in sorted(VOLUME_FILES, key=len)[::-1] if file.name.lower().endswith(s))


def _file(path: Path) -> tuple[Segment, ...]:
    if is_dicom(path):
        return tuple(Segment(name, number, image, 1) for name, number, image in dicom_segments(path))
    image = _image(path)
    named = _slicer(image)
    return named if named else _numbers(image)


def _image(path: Path) -> sitk.Image:
    try:
        with quiet_stderr():
            image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        raise InputError(
            f"{path.name}, which cannot be read as a label map",
            "NRRD, NIfTI, MetaImage or DICOM-SEG",
            "check that the file opens in 3D Slicer and export it again",
        ) from error
    if image.GetDimension() != 3:
        raise InputError(f"{path.name} of {image.GetDimension()} dimensions", "one volume", "export one label map")
    return image


def _slicer(image: sitk.Image) -> tuple[Segment, ...]:
    """Segments of a .seg.nrrd by its keys Segment0_Name, Segment0_LabelValue, Segment0_Layer, …"""
    found, n = [], 0
    while image.HasMetaDataKey(f"Segment{n}_Name"):
        layer = int(_key(image, f"Segment{n}_Layer", "0"))
        value = int(_key(image, f"Segment{n}_LabelValue", "1"))
        found.append(Segment(image.GetMetaData(f"Segment{n}_Name").strip(), value, _layer(image, layer), value))
        n += 1
    return tuple(found)


def _key(image: sitk.Image, key: str, default: str) -> str:
    return str(image.GetMetaData(key)).strip() if image.HasMetaDataKey(key) else default


def _layer(image: sitk.Image, layer: int) -> sitk.Image:
    return sitk.VectorIndexSelectionCast(image, layer) if image.GetNumberOfComponentsPerPixel() > 1 else image


def _numbers(image: sitk.Image) -> tuple[Segment, ...]:
    if image.GetNumberOfComponentsPerPixel() > 1:
        raise InputError("a label map of several layers without names", "one layer", "export one label map")
    values = np.unique(sitk.GetArrayViewFromImage(image))
    if len(values) > 1000 or not np.array_equal(values, np.rint(values)):
        raise InputError(
            "an image of grey values as label map", "whole numbers, one for each bone", "export the labels, not the CT"
        )
    return tuple(Segment("", int(v), image, int(v)) for v in values if v != 0)
