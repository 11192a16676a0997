"""The DICOM files that a scan was read from, to file what was made of it beside them."""

from pathlib import Path

from hemipelvis.errors import InputError
from hemipelvis.progress import silent
from hemipelvis.segmentation.choose_series import choose_series
from hemipelvis.segmentation.drop_copies import drop_copies
from hemipelvis.segmentation.scan_files import is_volume_file, scan_files, scan_root
from hemipelvis.segmentation.slice_headers import slice_headers
from hemipelvis.segmentation.stack_slices import stack_slices


def original_slices(path: Path, series: str | None = None) -> tuple[Path, ...]:
    """Files of the series that `read_series` reads, in the order of its slices; a multi-frame file once.

    Raises InputError for a scan that is no DICOM series: such a one names no study to file anything in.
    """
    if not path.exists() or is_volume_file(path):
        raise InputError(
            f"{path.name}, no DICOM series",
            "the DICOM folder the run was made from: it holds the study that the archive files by",
            "state the DICOM folder as [ct] path and run again",
        )
    folder = scan_root(path)
    chosen, _ = choose_series(slice_headers(folder, scan_files(path), silent), series)
    slices = stack_slices(drop_copies(folder, chosen)[0]).slices
    return tuple(folder / name for name in dict.fromkeys(s.file for s in slices))
