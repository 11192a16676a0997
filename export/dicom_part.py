"""A part's STL in a DICOM object (Encapsulated STL, PS3.3 A.85.1 and C.35.1), in the scan's frame of reference.

The bytes of the STL go in as they are, streamed from its file: unit millimetre, patient coordinates, not mirrored.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from highdicom.base import SOPClass
from highdicom.sr import CodedConcept
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import UID, ExplicitVRLittleEndian

from hemipelvis.artefacts import sha256
from hemipelvis.errors import InputError
from hemipelvis.export.dicom_filing import FIRST_SERIES, Filing, settle
from hemipelvis.frames import Side

ENCAPSULATED_STL = UID("1.2.840.10008.5.1.4.1.1.104.3")
KIND = "parts"
MOST_BYTES = 2**32 - 2
"""The longest value that an element of explicit length can hold (PS3.5 7.1)."""


@dataclass(frozen=True)
class Part:
    """title of the model; designed: made here (an implant), not found in the scan (a bone); side it belongs to."""

    path: Path
    title: str
    designed: bool
    side: Side | None


def part_object(part: Part, stl: BinaryIO, filing: Filing, number: int) -> SOPClass:
    """The `number`-th part of the case; `stl`: its file, open for reading until the object is written.

    Raises InputError for a file that no DICOM element can hold.
    """
    size = part.path.stat().st_size
    if size > MOST_BYTES:
        raise InputError(
            f"{part.path.name} of {size / 2**30:.1f} GiB", "at most 4 GiB in one DICOM object", "leave it out"
        )
    made = SOPClass(
        **filing.described(KIND, sha256(part.path), number),
        **_study(filing.headers[0]),
        series_number=FIRST_SERIES + 1,
        modality="M3D",
        sop_class_uid=ENCAPSULATED_STL,
        transfer_syntax_uid=ExplicitVRLittleEndian,
    )
    made.copy_patient_and_study_information(filing.headers[0])
    settle(made)
    _describe(made, part)
    _derive(made, filing)
    made.MIMETypeOfEncapsulatedDocument, made.EncapsulatedDocumentLength = "model/stl", size
    made.EncapsulatedDocument = stl
    return made


def _study(header: Dataset) -> dict[str, Any]:
    """What the library asks for by itself; the rest of patient and study is copied."""
    return {
        "study_instance_uid": header.StudyInstanceUID,
        "patient_id": header.PatientID,
        "patient_name": header.PatientName,
        "patient_birth_date": header.PatientBirthDate,
        "patient_sex": header.PatientSex,
        "accession_number": header.AccessionNumber,
        "study_id": header.StudyID,
        "study_date": header.StudyDate or None,
        "study_time": header.StudyTime or None,
        "referring_physician_name": header.ReferringPhysicianName,
    }


def _describe(made: SOPClass, part: Part) -> None:
    """Title, unit, side, and that nothing is mirrored; an implant is changed anatomy, a bone is the patient's own."""
    made.DocumentTitle = made.ContentDescription = part.title
    made.BurnedInAnnotation = "NO"
    made.ConceptNameCodeSequence = []
    made.MeasurementUnitsCodeSequence = [CodedConcept(*codes.UCUM.Millimeter)]
    made.ModelMirroring, made.ModelModification = "NO", "YES" if part.designed else "NO"
    usage = codes.DCM.ImplantFabrication if part.designed else codes.DCM.PlanningIntent
    made.ModelUsageCodeSequence = [CodedConcept(*usage)]
    if part.side is not None:
        made.ImageLaterality = part.side.letter


def _derive(made: SOPClass, filing: Filing) -> None:
    """The scan's frame of reference, and the images it was made from."""
    first = filing.headers[0]
    made.FrameOfReferenceUID = first.FrameOfReferenceUID
    made.PositionReferenceIndicator = first.PositionReferenceIndicator
    made.AcquisitionDateTime = ""
    made.SourceInstanceSequence = [_reference(h) for h in filing.headers]
    series = Dataset()
    series.SeriesInstanceUID = first.SeriesInstanceUID
    series.ReferencedInstanceSequence = [_reference(h) for h in filing.headers]
    made.ReferencedSeriesSequence = [series]


def _reference(header: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = header.SOPClassUID, header.SOPInstanceUID
    return item
