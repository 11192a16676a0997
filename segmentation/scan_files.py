"""Which files a scan is made of: a folder's, those beside a DICOMDIR, a volume file and its detached data."""

import os
from pathlib import Path

from hemipelvis.errors import InputError

VOLUME_FILES = (".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd")
HEADERS = {".nhdr": "data file:", ".mhd": "elementdatafile"}


def is_volume_file(path: Path) -> bool:
    """Whether `path` is a NRRD, NIfTI or MetaImage file by its name."""
    return path.is_file() and path.name.lower().endswith(VOLUME_FILES)


def scan_root(path: Path) -> Path:
    """The folder that names of files are relative to."""
    return path if path.is_dir() else path.parent


def scan_files(path: Path) -> tuple[Path, ...]:
    """All DICOM files to look at, sorted by name: a folder's at any depth, a DICOMDIR's folder's, or one file.

    Raises InputError for a file that this user may not read.
    """
    if path.is_file() and path.name.upper() != "DICOMDIR":
        return (_readable(path),)
    return tuple(sorted(_readable(f) for f in scan_root(path).rglob("*") if f.is_file()))


def scan_inputs(path: Path) -> tuple[Path, ...]:
    """The files and folders whose contents decide what is read from `path`, for telling whether they have changed."""
    if path.is_dir():
        scan_files(path)
        return (path,)
    if path.is_file() and path.name.upper() == "DICOMDIR":
        return scan_files(path)
    return (path, *_detached(path)) if is_volume_file(path) else (path,)


def _detached(path: Path) -> tuple[Path, ...]:
    """Data files that a header in a file of its own points to; with a list or a pattern, all beside it."""
    key = HEADERS.get(path.suffix.lower())
    if key is None:
        return ()
    text = _readable(path).read_text(encoding="latin-1")
    lines = [line for line in text.splitlines() if line.lower().startswith(key)]
    names = [line[len(key) :].strip(" =\t:") for line in lines]
    data = [path.parent / name for name in names]
    if all(f.is_file() for f in data):
        return tuple(data)
    return tuple(sorted(f for f in path.parent.iterdir() if f.is_file() and f != path))


def _readable(file: Path) -> Path:
    if not os.access(file, os.R_OK):
        raise InputError(
            "a file of the scan that this user may not read", "files open to this user", "change their permissions"
        )
    return file
