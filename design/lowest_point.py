"""Where a bone's lower tips end, between the slices of a label map, and which tips of two bones belong together."""

import numpy as np
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Point, Points
from hemipelvis.design.bone_surface import kept
from hemipelvis.frames import Plane
from hemipelvis.volume import Volume

TIP_MM = 9.0  # of a tuberosity's lower end over which its areas grow as a parabola
MEAN_SHIFTS = 5
SURFACE_CAP_MM, SURFACE_NEAR_MM = 0.5, 6.0  # one corner of the bone: a second as low lies further off
TIE_MM = 1.0  # tips whose heights differ by less cannot be ranked: each errs by half a millimetre


def lowest_points(labels: Volume, label: int, surface: Points, parts: bool = False) -> Points:
    """Tips (m, 3) of a labelled bone along the scanner's axis (LPS mm), lowest first; none where the label is absent.

    surface: the bone's surface points (n, 3). Its smoothed surface ends a little high or low, as its lowest slice
    happens to lie; the areas of its lowest slices, which grow from the tip, tell where between the slices it ends. The
    mean of both errs less than either: within 0.5 mm at slices 1.5 mm apart.
    """
    mask = labels.voxels == label
    if not mask.any():
        return np.empty((0, 3))
    areas = kept(mask, parts).sum(axis=(1, 2)).astype(float)
    first = int(np.flatnonzero(areas)[0])
    count = max(4, int(np.ceil(TIP_MM / labels.spacing[2])))
    tip = labels.world_from_index([0.0, 0.0, first + _zero_crossing(areas[first : first + count])])
    low = lowest_of_surface(surface)
    return low + np.array([0.0, 0.0, (tip[2] - low[0, 2]) / 2])


def lowest_of_surface(points: Points) -> Points:
    """Tips (m, 3) of surface points (n, 3), which end where the bone does: the lowest, then others as low (`TIE_MM`).

    A tip has nothing lower within 6 mm; it lies amid the points as low beside it.
    """
    low = points[points[:, 2] < points[:, 2].min() + TIE_MM]
    beside = KDTree(low[:, :2]).query_ball_point(low[:, :2], SURFACE_NEAR_MM)
    tips: list[Point] = []
    for i in np.argsort(low[:, 2], kind="stable"):
        apart = all(np.linalg.norm(low[i, :2] - tip[:2]) > SURFACE_NEAR_MM for tip in tips)
        if apart and low[i, 2] <= low[beside[i], 2].min():
            tips.append(_amid(low, low[i]))
    return np.array(tips)


def _amid(points: Points, tip: Point) -> Point:
    """The tip moved sideways into the middle of what is as low beside it."""
    flat = points[points[:, 2] < tip[2] + SURFACE_CAP_MM, :2]
    middle = tip[:2]
    for _ in range(MEAN_SHIFTS):
        middle = flat[np.linalg.norm(flat - middle, axis=1) < SURFACE_NEAR_MM].mean(axis=0)
    return np.append(middle, tip[2])


def paired_tips(here: Points, there: Points, symmetry: Plane) -> tuple[Point, Point]:
    """Of two sides' tips (m, 3) and (n, 3) the pair that lies most alike about the symmetry plane, seen from above.

    A flat tuberosity has two corners as low; a line through the inner one of one side and the outer one of the other
    would tilt, and CHD with it.
    """
    apart = np.linalg.norm(symmetry.mirror(here)[:, None, :2] - there[None, :, :2], axis=2)
    i, j = np.unravel_index(int(np.argmin(apart)), apart.shape)
    return here[i], there[j]


def _zero_crossing(areas: Array) -> float:
    """Where the parabola through areas at 0, 1, 2, … meets zero, within [−1, 0] (a growing tip: nearest below 0)."""
    if len(areas) < 4:
        return -0.5
    roots = np.roots(np.polyfit(np.arange(len(areas)), areas, 2))
    below = roots.real[(np.abs(roots.imag) < 1e-9) & (roots.real <= 0)]
    return float(max(below.max(), -1.0)) if len(below) else 0.0
