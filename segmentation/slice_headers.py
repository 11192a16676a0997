"""What the files of a DICOM export say of their images: one record a slice, from single- and multi-frame files."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from hemipelvis.errors import InputError
from hemipelvis.progress import Progress

CT_CLASSES = ("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1")  # CT Image, Enhanced CT Image Storage
BROKEN = (InvalidDicomError, EOFError, OSError, ValueError, KeyError, AttributeError, TypeError, NotImplementedError)


@dataclass(frozen=True)
class SliceHeader:
    """One axial image as its file describes it. Holds nothing that names the patient.

    file: path relative to the folder given; frame: its number in the file, from 0.
    position, row, column: LPS mm of the first pixel's centre, and unit vectors along a row and down a column.
    pixel_mm: distance between rows, and between columns.
    """

    file: str
    frame: int
    series: str
    description: str
    modality: str
    localiser: bool
    rows: int
    columns: int
    position: tuple[float, float, float]
    row: tuple[float, float, float]
    column: tuple[float, float, float]
    pixel_mm: tuple[float, float]
    thickness_mm: float
    slope: float
    intercept: float
    units: str
    frame_of_reference: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Found:
    """Headers of a folder: slices that have a place in the patient, images that have none, and files not readable."""

    slices: tuple[SliceHeader, ...]
    placeless: tuple[tuple[str, str], ...]
    strangers: int


def slice_headers(folder: Path, files: tuple[Path, ...], progress: Progress) -> Found:
    """Read the headers of all files, in the order given. What is not a DICOM image is passed over (and counted).

    `placeless` holds (file, modality) of images without position, orientation or pixel spacing: screen shots, dose
    reports, secondary captures. Raises InputError for a DICOM file cut off within its header.
    """
    slices: list[SliceHeader] = []
    placeless: list[tuple[str, str]] = []
    strangers = 0
    for n, file in enumerate(files):
        progress("reading headers", n / len(files))
        name = file.relative_to(folder).as_posix()
        data = read_header(file, name)
        if data is None or "Rows" not in data:
            strangers += data is None
            continue
        frames = _frames(name, data)
        slices.extend(frames)
        if not frames:
            placeless.append((name, str(data.get("Modality", "unknown"))))
    return Found(tuple(slices), tuple(placeless), strangers)


def read_header(file: Path, name: str) -> Dataset | None:
    """The file's data set without its pixels; None when it is no DICOM. Files without the preamble are read too."""
    with file.open("rb") as stream:
        start = stream.read(132)
    # Old exports begin with the first element of group 0008 instead of preamble and "DICM".
    bare = start[128:] != b"DICM" and start[:2] == b"\x08\x00"
    if start[128:] != b"DICM" and not bare:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            data = pydicom.dcmread(file, stop_before_pixels=True, force=bare)
        except BROKEN as error:
            raise _damaged(name) from error
    if "Rows" not in data and data.file_meta.get("MediaStorageSOPClassUID", data.get("SOPClassUID")) in CT_CLASSES:
        raise _damaged(name)
    return data


def _damaged(name: str) -> InputError:
    return InputError(f"{name}, a DICOM file whose header breaks off", "whole files", "export the series again")


def _frames(name: str, data: Dataset) -> list[SliceHeader]:
    shared = (data.get("SharedFunctionalGroupsSequence") or [Dataset()])[0]
    frames = data.get("PerFrameFunctionalGroupsSequence") or [Dataset()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        headers = [_header(name, n, data, shared, frame) for n, frame in enumerate(frames)]
    return [h for h in headers if h is not None]


def _header(name: str, number: int, data: Dataset, shared: Dataset, frame: Dataset) -> SliceHeader | None:
    def value(sequence: str, keyword: str, default: Any = None) -> Any:
        for group in (frame, shared):
            if group.get(sequence) and group[sequence][0].get(keyword) is not None:
                return group[sequence][0].get(keyword)
        got = data.get(keyword)
        return default if got is None or got == "" else got

    position = value("PlanePositionSequence", "ImagePositionPatient")
    axes = value("PlaneOrientationSequence", "ImageOrientationPatient")
    pixel = value("PixelMeasuresSequence", "PixelSpacing")
    if position is None or axes is None or pixel is None or int(data.get("SamplesPerPixel", 1)) != 1:
        return None
    kind = value("CTImageFrameTypeSequence", "FrameType", data.get("ImageType", []))
    return SliceHeader(
        file=name,
        frame=number,
        series=str(data.get("SeriesInstanceUID", "")),
        description=_description(data),
        modality=str(data.get("Modality", "unknown")),
        localiser="LOCALIZER" in [str(k).upper() for k in kind],
        rows=int(data.Rows),
        columns=int(data.Columns),
        position=_three(position),
        row=_three(axes[:3]),
        column=_three(axes[3:]),
        pixel_mm=(float(pixel[0]), float(pixel[1])),
        thickness_mm=float(value("PixelMeasuresSequence", "SliceThickness", 0.0)),
        slope=float(value("PixelValueTransformationSequence", "RescaleSlope", 1.0)),
        intercept=float(value("PixelValueTransformationSequence", "RescaleIntercept", 0.0)),
        units=str(value("PixelValueTransformationSequence", "RescaleType", "HU")),
        frame_of_reference=str(data.get("FrameOfReferenceUID", "")),
        facts=_facts(data, value("CTXRayDetailsSequence", "KVP")),
    )


def _three(values: Any) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def _description(data: Dataset) -> str:
    """The series description, unless an operator typed the patient's name or number into it."""
    text = str(data.get("SeriesDescription", "") or "no description")
    words = [*str(data.get("PatientName", "")).replace("^", " ").split(), str(data.get("PatientID", ""))]
    named = any(len(w) > 2 and w.lower() in text.lower() for w in words)
    return "description withheld: it names the patient" if named else text


def _facts(data: Dataset, kvp: Any) -> tuple[tuple[str, str], ...]:
    """What may leave the CT folder: the machine and how it was set, never who, when or where."""
    syntax = getattr(data, "file_meta", Dataset()).get("TransferSyntaxUID")
    wanted = {
        "manufacturer": data.get("Manufacturer"),
        "model": data.get("ManufacturerModelName"),
        "kvp": kvp,
        "kernel": data.get("ConvolutionKernel"),
        "patient_position": data.get("PatientPosition"),
        "transfer_syntax": syntax.name if syntax else None,
    }
    return tuple((k, str(v)) for k, v in wanted.items() if v not in (None, ""))
