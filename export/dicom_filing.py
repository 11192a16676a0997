"""Where in an archive a derived object belongs: the patient, study and frame of reference of the scan it was made from.

What is made here names the patient, as an archive must: it is for the archive alone and never part of a hand-off.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from highdicom.base import SOPClass
from pydicom.dataset import Dataset

from hemipelvis import __version__
from hemipelvis.derived_uid import derived_uid
from hemipelvis.errors import InputError

NEEDED = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "FrameOfReferenceUID")
KNOWN_OR_EMPTY = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate"),
    *("StudyTime", "ReferringPhysicianName", "PositionReferenceIndicator"),
)
SEXES = ("M", "F", "O", "")
UTF8 = "ISO_IR 192"
MIDNIGHT = "000000"
CREATED = ("InstanceCreationDate", "InstanceCreationTime")
FIRST_SERIES = 9000
"""Series numbers from here on: scanners count from 1, and their own derived series by hundreds."""


@dataclass(frozen=True)
class Filing:
    """headers: the original slices without pixels, in order; code: of the case; day (YYYYMMDD) of filing."""

    headers: tuple[Dataset, ...]
    code: str
    day: str

    def uid(self, *parts: object) -> str:
        """An identifier that depends on the original series, the day, this program's version and `parts` alone."""
        return derived_uid(self.headers[0].SeriesInstanceUID, self.day, __version__, *parts)

    def described(self, kind: str, content: str, number: int) -> dict[str, Any]:
        """Identifiers and equipment of the `number`-th object of a kind, whose content has this digest."""
        return {
            "series_instance_uid": self.uid(kind, "series", self.code),
            "sop_instance_uid": self.uid(kind, "instance", self.code, number, content),
            "instance_number": number,
            "manufacturer": "hemipelvis",
            "manufacturer_model_name": "hemipelvis",
            "software_versions": __version__,
            "device_serial_number": __version__,
            "series_description": f"hemipelvis {self.code} {kind}",
            "content_date": self.day,
            "content_time": MIDNIGHT,
        }


def filing(headers: Sequence[Dataset], code: str, day: str) -> Filing:
    """Raises InputError when the original headers lack an identifier that the archive files by."""
    lost = sorted({name for h in headers for name in NEEDED if not h.get(name)})
    if lost or not headers:
        raise InputError(
            f"a DICOM series without {', '.join(lost) or 'slices'}",
            "the identifiers of study, series, images and frame of reference",
            "export the series from the archive again, without taking its identifiers away",
        )
    return Filing(tuple(_whole(h) for h in headers), code, day)


def _whole(header: Dataset) -> Dataset:
    """A header with everything that must be there though it may be empty (type 2), and no sex beyond the standard's."""
    whole = copy(header)
    for name in KNOWN_OR_EMPTY:
        setattr(whole, name, header.get(name) or "")
    whole.SliceThickness = header.get("SliceThickness") or 1.0  # the library asks for it, and writes the labels' own
    whole.PatientSex = whole.PatientSex if whole.PatientSex in SEXES else ""
    return whole


def settle(made: SOPClass) -> None:
    """Take the clock out of a new object (its content's day is that of filing), and write its texts as UTF-8."""
    made.SpecificCharacterSet = UTF8
    for name in CREATED:
        delattr(made, name)
    for item in made.get("ContributingEquipmentSequence", ()):
        item.pop("ContributionDateTime", None)
