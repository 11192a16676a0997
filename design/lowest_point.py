"""Where a bone's lower tip ends, between the slices of a label map."""

import numpy as np

from hemipelvis.arrays import Array, Point, Points
from hemipelvis.design.bone_surface import kept
from hemipelvis.volume import Volume

TIP_MM = 9.0  # of a tuberosity's lower end over which its areas grow as a parabola
MEAN_SHIFTS = 5
SURFACE_CAP_MM, SURFACE_NEAR_MM = 0.5, 6.0  # one corner of the bone: a second as low lies further off


def lowest_point(labels: Volume, label: int, surface: Points, parts: bool = False) -> Point | None:
    """Lowest point of a labelled bone along the scanner's axis (LPS mm); None where the label is absent.

    surface: the bone's surface points (n, 3). Its smoothed surface ends a little high or low, as its lowest slice
    happens to lie; the areas of its lowest slices, which grow from the tip, tell where between the slices it ends. The
    mean of both errs less than either: within 0.5 mm at slices 1.5 mm apart.
    """
    mask = labels.voxels == label
    if not mask.any():
        return None
    areas = kept(mask, parts).sum(axis=(1, 2)).astype(float)
    first = int(np.flatnonzero(areas)[0])
    count = max(4, int(np.ceil(TIP_MM / labels.spacing[2])))
    tip = labels.world_from_index([0.0, 0.0, first + _zero_crossing(areas[first : first + count])])
    low = lowest_of_surface(surface)
    return np.append(low[:2], (low[2] + tip[2]) / 2)


def lowest_of_surface(points: Points) -> Point:
    """The same of surface points (n, 3), which end where the bone does: the lowest, amid those as low beside it."""
    low = points[points[:, 2] < points[:, 2].min() + SURFACE_CAP_MM]
    middle = points[int(np.argmin(points[:, 2])), :2]
    for _ in range(MEAN_SHIFTS):
        middle = low[np.linalg.norm(low[:, :2] - middle, axis=1) < SURFACE_NEAR_MM, :2].mean(axis=0)
    return np.append(middle, points[:, 2].min())


def _zero_crossing(areas: Array) -> float:
    """Where the parabola through areas at 0, 1, 2, … meets zero, within [−1, 0] (a growing tip: nearest below 0)."""
    if len(areas) < 4:
        return -0.5
    roots = np.roots(np.polyfit(np.arange(len(areas)), areas, 2))
    below = roots.real[(np.abs(roots.imag) < 1e-9) & (roots.real <= 0)]
    return float(max(below.max(), -1.0)) if len(below) else 0.0
