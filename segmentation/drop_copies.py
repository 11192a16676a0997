"""The same image twice in an export is one image."""

from collections import defaultdict
from pathlib import Path

import numpy as np

from hemipelvis.progress import silent
from hemipelvis.segmentation.decode_slices import decode_slices
from hemipelvis.segmentation.frame_headers import SliceHeader

Slices = tuple[SliceHeader, ...]


def drop_copies(folder: Path, slices: Slices) -> tuple[Slices, tuple[str, ...]]:
    """Slices without those that repeat another pixel for pixel in the same place, and a warning that says how many.

    Different images in one place are left for `stack_slices` to refuse. Raises InputError for one not to be decoded.
    """
    places: dict[object, list[SliceHeader]] = defaultdict(list)
    for s in slices:
        grid = s.rows, s.columns, s.pixel_mm, s.row, s.column, s.frame_of_reference
        places[(*np.round(s.position, 2).tolist(), *grid)].append(s)
    extra = [s for group in places.values() if len(group) > 1 for s in _repeats(folder, group)]
    if not extra:
        return slices, ()
    gone = {(s.file, s.frame) for s in extra}
    left = tuple(s for s in slices if (s.file, s.frame) not in gone)
    return left, (f"{len(extra)} slices are there twice, the same pixel for pixel: copies left out",)


def _repeats(folder: Path, group: list[SliceHeader]) -> list[SliceHeader]:
    first, *rest = sorted(group, key=lambda s: (s.file, s.frame))
    seen = decode_slices(folder, (first,), silent)
    return [s for s in rest if np.array_equal(seen, decode_slices(folder, (s,), silent))]
