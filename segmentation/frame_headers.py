"""What one DICOM file says of its images, frame by frame."""

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from pydicom.dataset import Dataset

# CT, Enhanced CT and Legacy Converted Enhanced CT Image Storage
CT_CLASSES = ("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2")
RIGHT_ANGLE = 1e-3
Triple: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True)
class SliceHeader:
    """One image as its file describes it. Shown to the user: only fields that are so named, facts and numbers.

    file: path relative to the folder given; frame: its number in the file, from 0, of `frames`.
    shown, shown_modality, shown_description: the file's name and the series', without what would name the patient.
    position, row, column: LPS mm of the first pixel's centre, and unit vectors along a row and down a column.
    pixel_mm: distance between rows, and between columns. tilt_deg: what the header states of the gantry.
    traits: what may tell several volumes in one series apart: (what, value) pairs.
    rescaled: whether the file states how to come to CT numbers. fault: why its place cannot be right, "" if it may.
    """

    file: str
    frame: int
    frames: int
    series: str
    description: str
    number: str
    modality: str
    ct_class: bool
    localiser: bool
    derived: bool
    rows: int
    columns: int
    position: Triple
    row: Triple
    column: Triple
    pixel_mm: tuple[float, float]
    thickness_mm: float
    tilt_deg: float
    slope: float
    intercept: float
    rescaled: bool
    units: str
    inverse: bool
    lossy: bool
    instance: int
    frame_of_reference: str
    traits: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    fault: str = ""
    shown: str = ""
    shown_modality: str = ""
    shown_description: str = ""


def class_of(data: Dataset) -> str:
    """UID of the kind of object a data set is, "" where it does not say."""
    return str(data.get("SOPClassUID") or getattr(data, "file_meta", Dataset()).get("MediaStorageSOPClassUID") or "")


def frame_headers(name: str, data: Dataset) -> list[SliceHeader]:
    """One header per frame of a file; none for what is no image, or an image without a place in the patient.

    Raises whatever pydicom raises for values that cannot be read, ValueError for frames without a description.
    """
    if "Rows" not in data or int(data.get("SamplesPerPixel") or 1) != 1:
        return []
    shared = (data.get("SharedFunctionalGroupsSequence") or [Dataset()])[0]
    groups = list(data.get("PerFrameFunctionalGroupsSequence") or [])
    count = int(data.get("NumberOfFrames") or 1)
    if groups and len(groups) != count:
        raise ValueError("frames without a description")
    if not groups and count > 1:
        return []
    headers = [_header(name, n, count, data, shared, group) for n, group in enumerate(groups or [Dataset()])]
    return [h for h in headers if h is not None]


def _header(name: str, number: int, count: int, data: Dataset, shared: Dataset, frame: Dataset) -> SliceHeader | None:
    def value(sequence: str, keyword: str, default: Any = None) -> Any:
        for group in (frame, shared):
            if group.get(sequence) and group[sequence][0].get(keyword) not in (None, ""):
                return group[sequence][0].get(keyword)
        got = data.get(keyword)
        return default if got in (None, "") else got

    position = value("PlanePositionSequence", "ImagePositionPatient")
    axes = value("PlaneOrientationSequence", "ImageOrientationPatient")
    pixel = value("PixelMeasuresSequence", "PixelSpacing")
    if position is None or axes is None or pixel is None:
        return None
    kind = [
        str(k).strip().upper() for k in _several(value("CTImageFrameTypeSequence", "FrameType", data.get("ImageType")))
    ]
    slope = value("PixelValueTransformationSequence", "RescaleSlope")
    intercept = value("PixelValueTransformationSequence", "RescaleIntercept")
    kernel = value("CTReconstructionSequence", "ConvolutionKernel")
    header = SliceHeader(
        file=name,
        frame=number,
        frames=count,
        series=str(data.get("SeriesInstanceUID") or ""),
        description=str(data.get("SeriesDescription") or "no description"),
        number=str(data.get("SeriesNumber") or "") if data.get("SeriesNumber") != 0 else "0",
        modality=str(data.get("Modality") or "unknown"),
        ct_class=class_of(data) in (*CT_CLASSES, ""),
        localiser="LOCALIZER" in kind,
        derived="DERIVED" in kind,
        rows=int(data.Rows),
        columns=int(data.Columns),
        position=_three(position),
        row=_three(axes[:3]),
        column=_three(axes[3:]),
        pixel_mm=(float(pixel[0]), float(pixel[1])),
        thickness_mm=float(value("PixelMeasuresSequence", "SliceThickness", 0.0)),
        tilt_deg=float(value("CTAcquisitionDetailsSequence", "GantryDetectorTilt", 0.0)),
        slope=1.0 if slope is None else float(slope),
        intercept=0.0 if intercept is None else float(intercept),
        rescaled=intercept is not None,
        units=str(value("PixelValueTransformationSequence", "RescaleType", "HU")).strip().upper(),
        inverse=str(data.get("PhotometricInterpretation")) == "MONOCHROME1",
        lossy=str(data.get("LossyImageCompression")) == "01",
        instance=int(data.get("InstanceNumber") or 0) if count == 1 else 0,
        frame_of_reference=str(data.get("FrameOfReferenceUID") or ""),
        traits=_traits(value, kind, kernel),
        facts=_facts(data, value("CTXRayDetailsSequence", "KVP"), kernel),
    )
    return replace(header, fault=_fault(header))


def _fault(s: SliceHeader) -> str:
    """Why what a header says of its place and size cannot be; "" when it can."""
    numbers = np.array([*s.position, *s.row, *s.column, *s.pixel_mm, s.slope, s.intercept, s.thickness_mm, s.tilt_deg])
    axes = np.array([s.row, s.column])
    if not np.isfinite(numbers).all():
        return "a position, size or rescale that is no number"
    if np.abs(axes @ axes.T - np.eye(2)).max() > RIGHT_ANGLE:
        return "image axes that are not two unit vectors at a right angle"
    if min(s.pixel_mm) <= 0 or s.slope == 0 or min(s.rows, s.columns) < 1:
        return "pixels of no size, or a rescale slope of 0"
    return ""


def _several(values: Any) -> list[Any]:
    return [] if values is None else [values] if isinstance(values, str) else list(values)


def _three(values: Any) -> Triple:
    x, y, z = values
    return float(x), float(y), float(z)


def _traits(value: Any, kind: list[str], kernel: Any) -> tuple[tuple[str, str], ...]:
    wanted = {
        "stack": value("FrameContentSequence", "StackID"),
        "acquisition": value("FrameContentSequence", "FrameAcquisitionNumber") or value("", "AcquisitionNumber"),
        "phase": value("FrameContentSequence", "TemporalPositionIndex") or value("", "TemporalPositionIdentifier"),
        "kernel": "/".join(map(str, _several(kernel))),
        "image type": "/".join(kind),
    }
    return tuple((k, str(v)) for k, v in wanted.items() if v not in (None, ""))


def _facts(data: Dataset, kvp: Any, kernel: Any) -> tuple[tuple[str, str], ...]:
    """What may leave the CT folder: the machine and how it was set, never who, when or where."""
    syntax = getattr(data, "file_meta", Dataset()).get("TransferSyntaxUID")
    wanted = {
        "manufacturer": data.get("Manufacturer"),
        "model": data.get("ManufacturerModelName"),
        "kvp": kvp,
        "kernel": "/".join(map(str, _several(kernel))),
        "patient_position": data.get("PatientPosition"),
        "transfer_syntax": syntax.name if syntax else None,
    }
    return tuple((k, str(v)) for k, v in wanted.items() if v not in (None, ""))
