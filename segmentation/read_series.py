"""Read the CT a hospital sends: a DICOM folder in any shape, or a NRRD, NIfTI or MetaImage file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from hemipelvis.arrays import Array, Voxels
from hemipelvis.errors import InputError
from hemipelvis.progress import Progress, part, silent
from hemipelvis.segmentation.check_extent import check_extent
from hemipelvis.segmentation.choose_series import choose_series
from hemipelvis.segmentation.decode_slices import AIR_HU, decode_slices
from hemipelvis.segmentation.slice_headers import slice_headers
from hemipelvis.segmentation.stack_slices import Stack, stack_slices
from hemipelvis.volume import Volume, from_image, read_volume

VOLUME_FILES = (".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd")
HIGHEST_HU = np.iinfo(np.int16).max


@dataclass(frozen=True)
class Scan:
    """A CT as read: int16 HU on LPS axes, warnings, and facts (of machine and grid) that name nobody."""

    volume: Volume
    warnings: tuple[str, ...]
    facts: Mapping[str, Any]


def read_series(path: Path, series: str | None = None, progress: Progress = silent) -> Scan:
    """The CT at `path`, fit to plan on. `series` picks one of several by UID or description.

    Raises InputError for anything that is not one whole CT series of a pelvis: see `read_scan` and `check_extent`.
    """
    scan = read_scan(path, series, progress)
    return replace(scan, warnings=scan.warnings + check_extent(scan.volume))


def read_scan(path: Path, series: str | None = None, progress: Progress = silent) -> Scan:
    """The same without a look at how long and how fine the scan is.

    Slice order, file names, nesting and stray files do not matter; axes are flipped and permuted to LPS without
    interpolation. Raises InputError, naming files relative to the folder, for what makes no CT volume.
    """
    if not path.exists():
        raise InputError(f"{path.name}, which is not there", "a DICOM folder or a volume file", "check the path")
    if path.is_file() and path.name.lower().endswith(VOLUME_FILES):
        return _read_file(path)
    folder = path if path.is_dir() else path.parent
    files = tuple(sorted(f for f in path.rglob("*") if f.is_file())) if path.is_dir() else (path,)
    found = slice_headers(folder, files, part(progress, 0.0, 0.3))
    slices, passed_over = choose_series(found, series)
    stack = stack_slices(slices)
    voxels = decode_slices(folder, stack.slices, part(progress, 0.3, 1.0))
    return Scan(_volume(voxels, stack), passed_over + stack.warnings, _facts(stack))


def _volume(voxels: Voxels, stack: Stack) -> Volume:
    """Slices on an even grid, turned to LPS axes."""
    first = stack.slices[0]
    image = sitk.GetImageFromArray(voxels if stack.even else _evened(voxels, stack))
    image.SetSpacing((first.pixel_mm[1], first.pixel_mm[0], stack.step_mm))
    image.SetOrigin(first.position)
    image.SetDirection(np.column_stack([first.row, first.column, stack.normal]).ravel().tolist())
    return from_image(image)


def _evened(voxels: Voxels, stack: Stack) -> Voxels:
    """Slices at even steps, linear between their neighbours."""
    wanted = np.arange(0, stack.heights_mm[-1] + 1e-6, stack.step_mm)
    at = np.interp(wanted, stack.heights_mm, np.arange(len(stack.heights_mm)))
    below = np.clip(at.astype(int), 0, len(stack.heights_mm) - 2)
    out = np.empty((len(wanted), *voxels.shape[1:]), np.int16)
    for k, (low, share) in enumerate(zip(below, (at - below).astype(np.float32), strict=True)):
        out[k] = np.rint(voxels[low] * (1 - share) + voxels[low + 1] * share)
    return out


def _facts(stack: Stack) -> dict[str, Any]:
    first = stack.slices[0]
    grid = {
        "source": "DICOM",
        "slices": len(stack.slices),
        "pixel_mm": list(first.pixel_mm),
        "step_mm": round(stack.step_mm, 4),
        "thickness_mm": first.thickness_mm,
    }
    return grid | dict(first.facts)


def _read_file(path: Path) -> Scan:
    _one_number_a_voxel(path)
    volume = read_volume(path)
    values = _whole(volume.voxels)
    said = () if values.min() < -200 else ("no air in the volume (nothing below −200 HU): are these Hounsfield units?",)
    facts = {"source": path.suffix.lstrip(".") if path.suffix != ".gz" else "nii.gz", "slices": int(volume.size[2])}
    return Scan(
        volume.like(values), said, facts | {"pixel_mm": volume.spacing[:2].tolist(), "step_mm": volume.sampling[0]}
    )


def _one_number_a_voxel(path: Path) -> None:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError:
        return  # read_volume says it better
    if reader.GetNumberOfComponents() != 1:
        raise InputError(
            f"{path.name} with {reader.GetNumberOfComponents()} numbers per voxel",
            "one CT number",
            "export the CT alone",
        )


def _whole(values: Array) -> Array:
    """Any numbers as int16 HU; what is below −1024, or no number, is filler outside the scanner's field."""
    finite = np.where(np.isfinite(values), values, AIR_HU) if values.dtype.kind == "f" else values
    return np.clip(np.rint(finite), AIR_HU, HIGHEST_HU).astype(np.int16)
