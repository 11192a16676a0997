"""The headers of all files of a DICOM export: one record a slice, and nothing that names the patient to be shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from hemipelvis.errors import InputError
from hemipelvis.progress import Progress
from hemipelvis.segmentation.frame_headers import CT_CLASSES, SliceHeader, class_of, frame_headers
from hemipelvis.segmentation.quiet_dicom import quiet_dicom
from hemipelvis.segmentation.read_directory import DIRECTORY_CLASS, Listed, listed_images, missing
from hemipelvis.segmentation.withhold import Shield, secrets, shield, shown_names, written_inside

BARE = (b"\x08\x00", b"\x02\x00\x00\x00")  # Old exports begin with group 0008 or 0002 instead of preamble and "DICM".
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".xz", ".tgz", ".iso")
MODALITIES = ("CT", "MR", "PT", "NM", "US", "CR", "DX", "RF", "XA", "MG", "OT", "SC", "SR", "PR", "KO", "SEG", "DOC")


@dataclass(frozen=True)
class Found:
    """Headers of a folder: slices with a place in the patient, images without (name shown, modality), files not DICOM
    (and how many of those are archives), images a DICOMDIR lists that are not there, and the shield for texts.
    """

    slices: tuple[SliceHeader, ...]
    placeless: tuple[tuple[str, str], ...]
    strangers: int
    archives: int
    lost: tuple[Listed, ...]
    hide: Shield


@dataclass
class _Gathered:
    """What the files read so far hold; `told` are the secrets to keep, `broken` the files that cannot be read."""

    slices: list[SliceHeader] = field(default_factory=list)
    placeless: list[tuple[str, str]] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    strangers: list[Path] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    told: set[tuple[str, str]] = field(default_factory=set)

    def take(self, file: Path, name: str) -> None:
        """Read one more file."""
        data = _read(file)
        if data is None:
            self.strangers.append(file)
            return
        self.told |= secrets(data)
        frames = frame_headers(name, data)
        self.slices += frames
        if "Rows" in data and not frames:
            self.placeless.append((name, str(data.get("Modality", "unknown"))))
        if class_of(data) == DIRECTORY_CLASS:
            self.listed += listed_images(data, name)


def slice_headers(folder: Path, files: tuple[Path, ...], progress: Progress) -> Found:
    """Read the headers of all files, in the order given. What is not a DICOM image is passed over (and counted).

    Images without position, orientation or pixel spacing are screen shots, dose reports, secondary captures.
    Raises InputError for a DICOM file cut off within its header or with one that makes no sense.
    """
    names = [f.relative_to(folder).as_posix() for f in files]
    got = _Gathered()
    for n, (file, name) in enumerate(zip(files, names, strict=True)):
        progress("reading headers", n / len(files))
        try:
            with quiet_dicom():
                got.take(file, name)
        except Exception:  # whatever pydicom stumbles over, the file is damaged
            got.broken.append(name)
            got.told |= written_inside(name, _start(file, 1 << 16))
    hide = shield(got.told)
    shown = shown_names(names, hide)
    if got.broken:
        raise _damaged(shown[got.broken[0]], len(got.broken))
    return _found(got, shown, hide)


def _found(got: _Gathered, shown: Mapping[str, str], hide: Shield) -> Found:
    return Found(
        tuple(_screened(s, shown, hide) for s in got.slices),
        tuple((shown[name], _kind(modality, hide)) for name, modality in got.placeless),
        len(got.strangers),
        sum(f.suffix.lower() in ARCHIVES for f in got.strangers),
        missing(tuple(got.listed), frozenset(shown)),
        hide,
    )


def _screened(s: SliceHeader, shown: Mapping[str, str], hide: Shield) -> SliceHeader:
    return replace(
        s,
        shown=shown[s.file],
        shown_description=hide(s.description),
        shown_modality=_kind(s.modality, hide),
        units=hide(s.units),
        number=hide(s.number),
        traits=tuple((k, hide(v)) for k, v in s.traits),
        facts=tuple((k, hide(v)) for k, v in s.facts),
    )


def _kind(modality: str, hide: Shield) -> str:
    return modality if modality in MODALITIES else hide(modality)


def _start(file: Path, count: int) -> bytes:
    with file.open("rb") as stream:
        return stream.read(count)


def _read(file: Path) -> Dataset | None:
    """The file's data set without its pixels; None when it is no DICOM."""
    start = _start(file, 132)
    bare = start[128:] != b"DICM"
    if not start.strip(b"\0DICM") and len(start) < 132 and not file.name.startswith("."):
        raise ValueError("empty, or cut off within the preamble")
    if bare and not start.startswith(BARE):
        return None
    data = pydicom.dcmread(file, stop_before_pixels=True, force=bare)
    if bare and "Rows" not in data:
        return None
    if "Rows" not in data and class_of(data) in CT_CLASSES:
        raise ValueError("header breaks off")
    return data


def _damaged(name: str, count: int) -> InputError:
    more = f" (and {count - 1} more)" if count > 1 else ""
    return InputError(
        f"{name}{more}, a DICOM file whose header breaks off or makes no sense",
        "whole files",
        "export the series again",
    )
