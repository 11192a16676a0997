"""What ITK does not tell of a NIfTI file: whether it is whole, and whether its two statements of place agree."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.errors import InputError

BLOCK = 1 << 22
APART_MM = 1.0  # Half a pixel or less between the two statements is rounding.
# Byte offsets and types of the fields used: nifti1.h and nifti2.h (https://nifti.nimh.nih.gov).
ONE = {
    "dim": (40, "8i2"), "bitpix": (72, "i2"), "pixdim": (76, "8f4"), "vox_offset": (108, "f4"), "qform": (252, "i2"),
    "sform": (254, "i2"), "quatern": (256, "3f4"), "qoffset": (268, "3f4"), "srow": (280, "(3,4)f4"),
}  # fmt: skip
TWO = {
    "bitpix": (14, "i2"), "dim": (16, "8i8"), "pixdim": (104, "8f8"), "vox_offset": (168, "i8"), "qform": (344, "i4"),
    "sform": (348, "i4"), "quatern": (352, "3f8"), "qoffset": (376, "3f8"), "srow": (400, "(3,4)f8"),
}  # fmt: skip
SIZES = {348: ONE, 540: TWO}


def check_nifti(path: Path) -> None:
    """Raises InputError for a file cut off, without orientation, or whose qform and sform put it in two places."""
    try:
        header, length = _read(path)
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise _damaged() from error
    voxels = np.prod([max(1.0, float(n)) for n in header["dim"][1 : 1 + int(header["dim"][0])]])
    if length < float(header["vox_offset"]) + voxels * float(header["bitpix"]) / 8:
        raise _damaged()
    if header["qform"] <= 0 and header["sform"] <= 0:
        raise InputError(
            "a NIfTI file that does not say how its axes lie in the patient: left and right could be exchanged",
            "a qform or a sform code",
            "export the CT again from the DICOM series",
        )
    if header["qform"] > 0 and header["sform"] > 0 and (apart := _apart(header)) > APART_MM:
        raise InputError(
            f"a NIfTI file whose qform and sform put its voxels up to {apart:.1f} mm apart",
            "one place in the patient",
            "export the CT again from the DICOM series",
        )


def _damaged() -> InputError:
    return InputError("a NIfTI file that is damaged or cut off", "a whole file", "copy or export it again")


def _read(path: Path) -> tuple[dict[str, Any], int]:
    """The header's fields, and the file's length once unpacked. The packed are read through: their sum is checked."""
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
        start = stream.read(BLOCK)
        length = len(start) + sum(len(block) for block in iter(lambda: stream.read(BLOCK), b""))
    fields = SIZES.get(int(np.frombuffer(start, "<i4", 1)[0]))
    if fields is not None:
        return {k: np.frombuffer(start, np.dtype(t), 1, at)[0] for k, (at, t) in fields.items()}, length
    fields = SIZES[int(np.frombuffer(start, ">i4", 1)[0])]
    return {k: np.frombuffer(start, np.dtype(t).newbyteorder(">"), 1, at)[0] for k, (at, t) in fields.items()}, length


def _apart(header: dict[str, Any]) -> float:
    """The farthest that the quaternion (method 2) and the matrix (method 3) put a voxel apart, mm."""
    b, c, d = (float(q) for q in header["quatern"])
    a = np.sqrt(max(0.0, 1 - b * b - c * c - d * d))
    pixel = np.array(header["pixdim"][1:4], float) * (1, 1, -1 if header["pixdim"][0] < 0 else 1)
    differ = np.array(header["srow"], float) - np.column_stack([_turn(a, b, c, d) * pixel, header["qoffset"]])
    last = np.array(header["dim"][1:4], float) - 1
    corners = np.array(np.meshgrid(*([0, n] for n in last), [1])).reshape(4, -1)
    return float(np.linalg.norm(differ @ corners, axis=0).max())


def _turn(a: float, b: float, c: float, d: float) -> Array:
    """Rotation matrix of a unit quaternion."""
    return np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b],
        ]
    )
