"""What a DICOMDIR says should be there (DICOM PS3.3 F): the images of each series, so that a lost one is missed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset

DIRECTORY_CLASS = "1.2.840.10008.1.3.10"  # Media Storage Directory Storage


@dataclass(frozen=True)
class Listed:
    """An image that a DICOMDIR lists: its series and its path, relative to the folder the scan was sought in."""

    series: str
    file: str


def listed_images(data: Dataset, directory: str) -> tuple[Listed, ...]:
    """The images of a DICOMDIR at `directory` (a relative path), () where its records cannot be followed."""
    records = {int(r.seq_item_tell): r for r in data.get("DirectoryRecordSequence") or []}
    start = int(data.get("OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity") or 0)
    return tuple(_walk(records, start, "", Path(directory).parent, set()))


def _walk(records: Mapping[int, Dataset], offset: int, series: str, base: Path, seen: set[int]) -> Iterator[Listed]:
    while offset in records and offset not in seen:
        seen.add(offset)
        record = records[offset]
        mine = str(record.get("SeriesInstanceUID") or series)
        file = record.get("ReferencedFileID")
        if file and str(record.get("DirectoryRecordType")) == "IMAGE":
            parts = [file] if isinstance(file, str) else list(file)
            yield Listed(mine, base.joinpath(*map(str, parts)).as_posix())
        yield from _walk(records, int(record.get("OffsetOfReferencedLowerLevelDirectoryEntity") or 0), mine, base, seen)
        offset = int(record.get("OffsetOfTheNextDirectoryRecord") or 0)


def missing(listed: tuple[Listed, ...], files: frozenset[str]) -> tuple[Listed, ...]:
    """The listed images that are not among `files`; copying a disc may change case and drop version numbers."""
    there = {_plain(f) for f in files}
    return tuple(image for image in listed if _plain(image.file) not in there)


def _plain(name: str) -> str:
    return name.split(";", maxsplit=1)[0].rstrip(".").casefold()
