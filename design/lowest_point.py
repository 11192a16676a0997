"""Where a bone's lower tip ends, between the slices of a label map."""

import numpy as np

from hemipelvis.arrays import Array, Point, Points
from hemipelvis.design.bone_surface import kept
from hemipelvis.volume import Volume

TIP_MM = 6.0  # of a tuberosity's lower end that is taken for a paraboloid
SURFACE_CAP_MM = 0.5


def lowest_point(labels: Volume, label: int, parts: bool = False) -> Point | None:
    """Lowest point of a labelled bone along the scanner's axis (LPS mm); None where the label is absent.

    A rounded tip is a paraboloid, whose sections grow linearly with height: the line through the areas of the lowest
    slices meets zero at the tip, finer than the slices lie apart. Kept within one slice of the lowest one's centre.
    """
    mask = labels.voxels == label
    if not mask.any():
        return None
    bone = kept(mask, parts)
    areas = bone.sum(axis=(1, 2)).astype(float)
    first = int(np.flatnonzero(areas)[0])
    count = max(3, int(np.ceil(TIP_MM / labels.spacing[2])))
    tip = first + _zero_crossing(areas[first : first + count])
    middle = np.argwhere(bone[first])[:, ::-1].mean(axis=0)
    return labels.world_from_index(np.array([*middle, tip]))


def lowest_of_surface(points: Points) -> Point:
    """The same of surface points (n, 3), which end where the bone does."""
    low = points[:, 2].min()
    return np.append(points[points[:, 2] < low + SURFACE_CAP_MM, :2].mean(axis=0), low)


def _zero_crossing(areas: Array) -> float:
    """Where the line through areas at 0, 1, 2, … meets zero, within [−1, 0]."""
    if len(areas) < 3:
        return -0.5
    slope, level = np.polyfit(np.arange(len(areas)), areas, 1)
    return float(np.clip(-level / slope, -1.0, 0.0)) if slope > 0 else -0.5
