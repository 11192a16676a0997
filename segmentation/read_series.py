"""Read the CT a hospital sends: a DICOM folder in any shape, or a NRRD, NIfTI or MetaImage file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hemipelvis.arrays import Voxels
from hemipelvis.errors import InputError
from hemipelvis.progress import Progress, part, silent
from hemipelvis.segmentation.check_extent import check_extent
from hemipelvis.segmentation.check_units import check_units
from hemipelvis.segmentation.choose_series import choose_series
from hemipelvis.segmentation.decode_slices import decode_slices
from hemipelvis.segmentation.drop_copies import drop_copies
from hemipelvis.segmentation.read_volume_file import read_volume_file
from hemipelvis.segmentation.scan_files import is_volume_file, scan_files, scan_root
from hemipelvis.segmentation.slice_headers import slice_headers
from hemipelvis.segmentation.stack_slices import Stack, stack_slices
from hemipelvis.segmentation.straighten import straighten
from hemipelvis.volume import Volume


@dataclass(frozen=True)
class Scan:
    """A CT as read: int16 HU on LPS axes, warnings, and facts (of machine and grid) that name nobody.

    whole_mm: the heights (z) between which its slices are whole; beyond, a straightened one has slanted ends.
    """

    volume: Volume
    warnings: tuple[str, ...]
    facts: Mapping[str, Any]
    whole_mm: tuple[float, float]


def read_series(path: Path, series: str | None = None, progress: Progress = silent) -> Scan:
    """The CT at `path`, fit to plan on. `series` picks one of several by UID, description, number or listed key.

    Raises InputError for anything that is not one whole CT series of a pelvis: see `read_scan` and `check_extent`.
    """
    scan = read_scan(path, series, progress)
    low, high = scan.whole_mm
    whole = scan.volume.crop((*scan.volume.origin[:2], low), (*scan.volume.upper[:2], high))
    return replace(scan, warnings=scan.warnings + check_extent(whole))


def read_scan(path: Path, series: str | None = None, progress: Progress = silent) -> Scan:
    """The same without a look at how long and how fine the scan is.

    Slice order, file names, nesting and stray files do not matter; axes are flipped and permuted to LPS without
    interpolation, tilted and oblique ones resampled with a warning. Raises InputError, naming files relative to the
    folder and without the patient's name in them, for what makes no CT volume.
    """
    if not path.exists():
        raise InputError(f"{path.name}, which is not there", "a DICOM folder or a volume file", "check the path")
    if not is_volume_file(path):
        return _from_dicom(path, series, progress)
    scan = _from_volume_file(path, progress)
    unused = ("`series` under [ct] means nothing for a file that holds one volume: not used",)
    return scan if series is None else replace(scan, warnings=unused + scan.warnings)


def _from_dicom(path: Path, series: str | None, progress: Progress) -> Scan:
    folder = scan_root(path)
    found = slice_headers(folder, scan_files(path), part(progress, 0.0, 0.3))
    chosen, passed_over = choose_series(found, series)
    slices, copies = drop_copies(folder, chosen)
    stack = stack_slices(slices)
    voxels = decode_slices(folder, stack.slices, part(progress, 0.3, 0.8))
    units = check_units(voxels, all(s.rescaled for s in slices))
    inverse = ("images of MONOCHROME1: shown inverted, their numbers taken as they are",) * slices[0].inverse
    even = voxels if stack.even else _evened(voxels, stack)
    straight = straighten(even, stack.matrix, stack.origin, part(progress, 0.8, 1.0))
    said = (*passed_over, *copies, *stack.warnings, *inverse, *units, *straight.warnings)
    return Scan(straight.volume, said, _facts(stack), straight.whole_mm)


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


def _from_volume_file(path: Path, progress: Progress) -> Scan:
    file = read_volume_file(path)
    units = check_units(file.voxels)
    straight = straighten(file.voxels, file.matrix, file.origin, progress)
    volume = straight.volume
    facts = {
        "source": file.kind,
        "slices": int(volume.size[2]),
        "pixel_mm": volume.spacing[:2].tolist(),
        "step_mm": volume.sampling[0],
    }
    return Scan(volume, units + straight.warnings, facts, straight.whole_mm)
