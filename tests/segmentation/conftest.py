"""Series written slice by slice, and refusals that must name nobody."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian

from hemipelvis.errors import InputError
from hemipelvis.segmentation.read_series import read_scan

NAME, NUMBER, BORN = "MUSTERMANN^ERIKA", "PAT-4711", "19570101"
HU = np.random.default_rng(0).integers(-900, 2500, (6, 5, 4)).astype(np.int16)
Edit = Callable[[int, Dataset], None]


def unchanged(k: int, d: Dataset) -> None:
    """A slice as it is."""


def _image(pixels: Any, uid: str, k: int, kind: UID) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, kind
    meta.MediaStorageSOPInstanceUID = UID(f"{uid}.{k + 1}")
    d = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    d.SOPClassUID, d.SOPInstanceUID, d.SeriesInstanceUID = kind, f"{uid}.{k + 1}", uid
    d.PatientName, d.PatientID, d.PatientBirthDate = NAME, NUMBER, BORN
    d.Modality, d.ImageType, d.SeriesDescription = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"], f"series {uid}"
    d.FrameOfReferenceUID, d.Rows, d.Columns = "1.9", pixels.shape[-2], pixels.shape[-1]
    d.SamplesPerPixel, d.PhotometricInterpretation, d.PixelRepresentation = 1, "MONOCHROME2", 1
    d.BitsAllocated, d.BitsStored, d.HighBit = 16, 16, 15
    d.PixelData = np.ascontiguousarray(pixels, np.int16).tobytes()
    return d


def write_series(folder: Path, hu: Any = HU, edit: Edit = unchanged, uid: str = "1.2.3") -> Path:
    """One axial slice a file, 2 mm apart, head first; `edit(k, data)` changes a slice before it is written."""
    folder.mkdir(parents=True, exist_ok=True)
    for k, pixels in enumerate(hu):
        d = _image(pixels, uid, k, CTImageStorage)
        d.SliceThickness, d.InstanceNumber = 2.0, k + 1
        d.ImagePositionPatient, d.ImageOrientationPatient = [-300.0, 250.0, -550.0 + 2 * k], [1, 0, 0, 0, 1, 0]
        d.PixelSpacing, d.RescaleSlope, d.RescaleIntercept = [0.8, 0.7], 1, 0
        edit(k, d)
        d.save_as(folder / f"slice{(k * 7) % 11 + 100 * (k // 11):02d}")
    return folder


def _item(**values: Any) -> list[Dataset]:
    item = Dataset()
    for name, value in values.items():
        setattr(item, name, value)
    return [item]


def write_enhanced(file: Path, order: Any, stacks: int = 1) -> Path:
    """The same slices as frames of one file, in the given order, each frame raised by its own intercept −k.

    With two stacks, the frames are there twice, the second time one HU darker.
    """
    frames = [(k, s) for s in range(stacks) for k in order]
    d = _image(np.stack([HU[k] + k - s for k, s in frames]), "1.2.3", 0, EnhancedCTImageStorage)
    d.NumberOfFrames, shared, groups = len(frames), Dataset(), []
    shared.PixelMeasuresSequence = _item(PixelSpacing=[0.8, 0.7], SliceThickness=2.0)
    shared.PlaneOrientationSequence = _item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    d.SharedFunctionalGroupsSequence = [shared]
    for k, s in frames:
        group = Dataset()
        group.PlanePositionSequence = _item(ImagePositionPatient=[-300.0, 250.0, -550.0 + 2 * k])
        group.PixelValueTransformationSequence = _item(RescaleSlope=1, RescaleIntercept=-k, RescaleType="HU")
        group.FrameContentSequence = _item(StackID=str(s + 1), InStackPositionNumber=k + 1)
        groups.append(group)
    d.PerFrameFunctionalGroupsSequence = groups
    file.parent.mkdir(parents=True, exist_ok=True)
    d.save_as(file)
    return file


def refusal_of(path: Path, series: str | None = None) -> str:
    """What reading says that it must not do, with no word of the patient in it."""
    with pytest.raises(InputError) as caught:
        read_scan(path, series)
    text = str(caught.value)
    assert not any(secret in text for secret in (NAME, "MUSTERMANN", "ERIKA", NUMBER, BORN, str(path)))
    return text


@pytest.fixture
def write() -> Any:
    return write_series


@pytest.fixture
def enhanced() -> Any:
    return write_enhanced


@pytest.fixture
def refusal() -> Any:
    return refusal_of
