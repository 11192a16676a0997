"""Read a CT from a NRRD, NIfTI or MetaImage file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from hemipelvis.arrays import Array, Point, Voxels
from hemipelvis.errors import InputError
from hemipelvis.segmentation.decode_slices import AIR_HU, MOST_VOXELS
from hemipelvis.segmentation.nifti_header import check_nifti
from hemipelvis.segmentation.quiet_stderr import quiet_stderr

HIGHEST_HU = np.iinfo(np.int16).max
NAMED_SPACES = ("left-posterior-superior", "lps", "right-anterior-superior", "ras", "left-anterior-superior", "las")


@dataclass(frozen=True)
class VoxelFile:
    """int16 HU (k, j, i), the voxel (i, j, k) lying at origin + matrix @ (i, j, k), LPS mm; `kind`: its format."""

    voxels: Voxels
    matrix: Array
    origin: Point
    kind: str


def read_volume_file(path: Path) -> VoxelFile:
    """The one volume of a file; a fourth dimension of length one is dropped, NaN and all below −1024 become −1024.

    Raises InputError for a file that cannot be read, several volumes, several numbers a voxel, or no word of how the
    axes lie in the patient. The messages do not name the file: its name may be the patient's.
    """
    kind = next(k for k in ("nii.gz", path.suffix.lower().lstrip(".")) if path.name.lower().endswith(k))
    sitk.ProcessObject.GlobalWarningDisplayOff()
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        with quiet_stderr():
            reader.ReadImageInformation()
            _one_volume(reader, kind)
            _oriented(path, reader, kind)
            image = reader.Execute()
    except InputError:
        raise
    except Exception as error:  # ITK, its bindings and its readers raise anything
        raise InputError(
            f"a .{kind} file under [ct] that cannot be read as a volume (damaged, cut off, or its data file lost)",
            "a NRRD, NIfTI or MetaImage file",
            "check the file opens in 3D Slicer and export it again",
        ) from error
    return _turned(image, kind)


def _one_volume(reader: Any, kind: str) -> None:
    size, numbers = reader.GetSize(), reader.GetNumberOfComponents()
    if numbers != 1:
        raise InputError(f"a .{kind} file with {numbers} numbers per voxel", "one CT number", "export the CT alone")
    if len(size) < 3 or min(size[:3]) < 2 or max(size[3:], default=1) > 1:
        raise InputError(
            f"a .{kind} file of {' × '.join(map(str, size))} voxels", "one volume", "export the CT as one 3-D volume"
        )
    if np.prod(size, dtype=float) > MOST_VOXELS:
        raise InputError(f"a .{kind} file of {' × '.join(map(str, size))} voxels", "a CT of the pelvis", "crop it")


def _oriented(path: Path, reader: Any, kind: str) -> None:
    """Refuse a file that leaves open where the patient's left is."""
    if kind.startswith("nii"):
        check_nifti(path)
    space = reader.GetMetaData("NRRD_space") if reader.HasMetaDataKey("NRRD_space") else ""
    if kind in ("nrrd", "nhdr") and space.strip().lower() not in NAMED_SPACES:
        raise InputError(
            "a NRRD file that does not say how its axes lie in the patient: left and right could be exchanged",
            f"a space such as {NAMED_SPACES[0]}",
            "export the CT again from the DICOM series",
        )


def _turned(image: sitk.Image, kind: str) -> VoxelFile:
    if image.GetDimension() == 4:
        image = image[:, :, :, 0]
    spacing, direction = np.array(image.GetSpacing()), np.reshape(image.GetDirection(), (3, 3))
    matrix = direction * spacing
    if not np.isfinite(matrix).all() or abs(np.linalg.det(direction)) < 0.5:
        raise InputError(f"a .{kind} file whose axes span no volume", "three axes", "export the CT again")
    return VoxelFile(_whole(sitk.GetArrayViewFromImage(image)), matrix, np.array(image.GetOrigin()), kind)


def _whole(values: Array) -> Voxels:
    """Any numbers as int16 HU, slice by slice; what is below −1024, or no number, is outside the scanner's field."""
    out = np.empty(values.shape, np.int16)
    for k, layer in enumerate(values):
        finite = (
            np.nan_to_num(layer, nan=AIR_HU, posinf=HIGHEST_HU, neginf=AIR_HU) if layer.dtype.kind == "f" else layer
        )
        out[k] = np.rint(np.clip(finite.astype(float), AIR_HU, HIGHEST_HU))
    return out
