"""An actual AP radiograph from disk: its pixels and what its header says of its scale."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from PIL import Image, UnidentifiedImageError
from pydicom.errors import InvalidDicomError

from hemipelvis.arrays import Array, frozen
from hemipelvis.errors import InputError

MODALITIES = ("CR", "DX", "RG", "DR", "RF")
GREATEST_MAGNIFICATION = 2.0


@dataclass(frozen=True)
class PlainFilm:
    """image (rows, columns), brighter where more was absorbed; pixel_mm: (row, column) spacing and magnification, as
    far as the header states them. calibrated: pixel_mm is already that of the patient, not of the detector."""

    image: Array
    pixel_mm: tuple[float, float] | None
    magnification: float | None
    calibrated: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "image", frozen(self.image))


def read_plain_film(path: Path) -> PlainFilm:
    """A DICOM CR or DX image, or a PNG (which states no scale). Raises InputError for anything else."""
    if not path.is_file():
        raise InputError(f"no radiograph {path.name}", "a DICOM or PNG file", "correct [radiograph] path")
    try:
        return _from_dicom(pydicom.dcmread(path), path.name)
    except InvalidDicomError:
        return _from_picture(path)


def _from_picture(path: Path) -> PlainFilm:
    try:
        with Image.open(path) as picture:
            return PlainFilm(np.asarray(picture.convert("F"), float), None, None)
    except (UnidentifiedImageError, OSError) as error:
        raise InputError(
            f"{path.name}, which is neither DICOM nor a picture", "an AP radiograph as DICOM (CR, DX) or PNG",
            "export it again, or correct [radiograph] path",
        ) from error  # fmt: skip


def _from_dicom(header: pydicom.Dataset, name: str) -> PlainFilm:
    modality = str(header.get("Modality", ""))
    if modality not in MODALITIES:
        raise InputError(f"{name} of modality {modality or 'unknown'}", f"a plain radiograph ({', '.join(MODALITIES)})",
                         "state an AP radiograph of the pelvis under [radiograph] path")  # fmt: skip
    pixels = np.asarray(header.pixel_array, float)
    if pixels.ndim != 2:
        raise InputError(f"{name} with pixels of shape {pixels.shape}", "one grey image", "export a single image")
    if header.get("PhotometricInterpretation") == "MONOCHROME1":
        pixels = pixels.max() - pixels
    calibrated = "PixelSpacing" in header and bool(header.get("PixelSpacingCalibrationType"))
    spacing = header.get("PixelSpacing") if calibrated else header.get("ImagerPixelSpacing", header.get("PixelSpacing"))
    return PlainFilm(pixels, _pair(spacing), 1.0 if calibrated else _magnification(header), calibrated)


def _pair(spacing: Any) -> tuple[float, float] | None:
    return None if spacing is None else (float(spacing[0]), float(spacing[1]))


def _magnification(header: pydicom.Dataset) -> float | None:
    """As stated, or from the distances; None where neither is there or they make no sense."""
    stated = header.get("EstimatedRadiographicMagnificationFactor")
    detector, patient = header.get("DistanceSourceToDetector"), header.get("DistanceSourceToPatient")
    found = float(stated) if stated else float(detector) / float(patient) if detector and patient else None
    return found if found is not None and 1.0 <= found < GREATEST_MAGNIFICATION else None
