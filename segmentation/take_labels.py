"""The engineer's segments as labels on the CT, wholly or for single bones."""

from collections.abc import Mapping, Sequence

import numpy as np
import SimpleITK as sitk

from hemipelvis.arrays import Array, Mask
from hemipelvis.errors import InputError
from hemipelvis.labels import BONES, Label
from hemipelvis.segmentation.label_names import bone_of
from hemipelvis.segmentation.read_segments import Segment
from hemipelvis.volume import Volume

SHOWN = 12


def take_labels(
    segments: Sequence[Segment], ct: Volume, numbering: str, names: Mapping[str, str], wanted: Sequence[Label]
) -> tuple[Volume, tuple[str, ...]]:
    """Labels (uint8) on the CT's grid of the bones wanted (none stated: all there are), and what is to be said.

    Raises InputError if a name stated is none of the map's, a bone wanted is not in it, or nothing lies on the scan.
    """
    chosen = [(s, bone_of(s.name, s.number, numbering, names)) for s in segments]
    _check_names(segments, names)
    labels, doubled = np.zeros(ct.voxels.shape, np.uint8), 0
    grid, resampled = ct.image(), dict[int, Array]()
    for segment, bone in chosen:
        if bone is None or (wanted and bone not in wanted):
            continue
        mask = _on_grid(segment, grid, resampled)
        doubled += int(np.count_nonzero(mask & (labels > 0) & (labels != bone)))
        labels[mask] = bone
    _check_found(segments, labels, wanted)
    return ct.like(labels), _remarks(chosen, doubled * ct.voxel_mm3 / 1000)


def _on_grid(segment: Segment, grid: sitk.Image, resampled: dict[int, Array]) -> Mask:
    """A segment's voxels on the grid; an image that several segments share is resampled once."""
    key = id(segment.image)
    if key not in resampled:
        moved = sitk.Resample(segment.image, grid, sitk.Transform(), sitk.sitkNearestNeighbor, 0)
        resampled[key] = sitk.GetArrayFromImage(moved)
    mask: Mask = resampled[key] == segment.value
    return mask


def _title(segment: Segment) -> str:
    return segment.name or str(segment.number)


def _list(segments: Sequence[Segment]) -> str:
    titles = [_title(s) for s in segments]
    return ", ".join(titles[:SHOWN]) + (f" and {len(titles) - SHOWN} more" if len(titles) > SHOWN else "")


def _check_names(segments: Sequence[Segment], names: Mapping[str, str]) -> None:
    known = {s.name for s in segments} | {str(s.number) for s in segments}
    wrong = [n for n in names if n not in known]
    if wrong:
        raise InputError(
            f"segments {', '.join(wrong)} under segmentation.label_names",
            f"segments of the label map: {_list(segments)}",
            "correct the names",
        )


def _check_found(segments: Sequence[Segment], labels: Array, wanted: Sequence[Label]) -> None:
    present = {int(v) for v in np.unique(labels)} - {0}
    lacking = [b.name.lower() for b in wanted if b not in present]
    if present and not lacking:
        return
    raise InputError(
        f"a label map with {_list(segments)}, in which {' and '.join(lacking) or 'no bone'} is found on the scan",
        f"some of {', '.join(b.name.lower() for b in BONES)}, in the scan's own frame",
        'say which segment is which bone: [segmentation.label_names] "segment" = "sacrum"; for numbers without names '
        'state label_numbers, e.g. "totalsegmentator v2"; or export the map in the scan\'s coordinates',
    )


def _remarks(chosen: Sequence[tuple[Segment, Label | None]], doubled_cm3: float) -> tuple[str, ...]:
    left = [s for s, bone in chosen if bone is None]
    said = [f"segments of the label map that are no bone of ours were left: {_list(left)}"] if left else []
    if doubled_cm3 > 0:
        said.append(f"segments of the label map overlap by {doubled_cm3:.2f} cm³: the later one was taken there")
    return tuple(said)


def with_bones(found: Volume, taken: Volume) -> Volume:
    """Found labels in which the taken bones replace the found ones; where others touch, the taken bone stands."""
    bones = [int(v) for v in np.unique(taken.voxels) if v > 0]
    kept = np.where(np.isin(found.voxels, bones), 0, found.voxels)
    return found.like(np.where(taken.voxels > 0, taken.voxels, kept).astype(np.uint8))
