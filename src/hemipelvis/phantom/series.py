"""The phantom's scan as a DICOM CT series."""

from pathlib import Path

import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from hemipelvis.arrays import Voxels
from hemipelvis.derived_uid import derived_uid
from hemipelvis.volume import Volume

INTERCEPT = -1024
MADE_ON = "20000101"
"""A made-up date: the same seed gives the same bytes."""


def write_series(folder: Path, ct: Volume, name: str) -> None:
    """One file per axial slice, head first supine, 16 bits, rescaled to HU; `name` makes UIDs and the patient's ID."""
    folder.mkdir(parents=True, exist_ok=True)
    for k in range(len(ct.voxels)):
        _slice(ct, k, name).save_as(folder / f"IM{k + 1:04d}.dcm", enforce_file_format=True)


def _slice(ct: Volume, k: int, name: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = derived_uid(name, "slice", k)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = derived_uid("hemipelvis phantom")
    meta.ImplementationVersionName = "HEMIPELVIS"
    file = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    _describe(file, name, k)
    _place(file, ct, k)
    _pixels(file, ct.voxels[k])
    return file


def _describe(file: FileDataset, name: str, k: int) -> None:
    file.SpecificCharacterSet = "ISO_IR 192"
    file.SOPClassUID, file.SOPInstanceUID = CTImageStorage, derived_uid(name, "slice", k)
    file.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    file.Modality, file.Manufacturer, file.ManufacturerModelName = "CT", "hemipelvis", "phantom"
    file.PatientName, file.PatientID, file.PatientBirthDate, file.PatientSex = "PHANTOM^DEMO", name, "", "O"
    file.StudyDate = file.SeriesDate = file.ContentDate = MADE_ON
    file.StudyTime = file.SeriesTime = file.ContentTime = "120000"
    file.AccessionNumber, file.ReferringPhysicianName, file.StudyID = "", "", "1"
    file.StudyDescription, file.SeriesDescription = "Simulated pelvis", "Pelvis 1.5 B30 simulated"
    file.StudyInstanceUID, file.SeriesInstanceUID = derived_uid(name, "study"), derived_uid(name, "series")
    file.FrameOfReferenceUID, file.PositionReferenceIndicator = derived_uid(name, "frame"), ""
    file.SeriesNumber, file.AcquisitionNumber, file.InstanceNumber = 1, 1, k + 1
    file.KVP, file.BodyPartExamined, file.PatientPosition = 120, "PELVIS", "HFS"


def _place(file: FileDataset, ct: Volume, k: int) -> None:
    x, y, z = ct.world_from_index((0, 0, k))
    file.ImagePositionPatient = [_decimal(x), _decimal(y), _decimal(z)]
    file.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    file.SliceLocation = _decimal(z)
    file.PixelSpacing = [_decimal(ct.spacing[1]), _decimal(ct.spacing[0])]
    file.SliceThickness = file.SpacingBetweenSlices = _decimal(ct.spacing[2])


def _pixels(file: FileDataset, hu: Voxels) -> None:
    file.SamplesPerPixel, file.PhotometricInterpretation = 1, "MONOCHROME2"
    file.Rows, file.Columns = hu.shape
    file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 16, 16, 15, 1
    file.RescaleIntercept, file.RescaleSlope, file.RescaleType = str(INTERCEPT), "1", "HU"
    file.WindowCenter, file.WindowWidth = "300", "1500"
    file.PixelData = (hu.astype(np.int32) - INTERCEPT).astype("<i2").tobytes()


def _decimal(value: float) -> str:
    """A decimal string of at most 16 characters (DICOM PS3.5 6.2)."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
