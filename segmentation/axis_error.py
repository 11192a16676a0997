"""How far off a rod's fitted axis may be: the line fit's own standard errors, where sections are not independent."""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Point
from hemipelvis.segmentation.screw_axes import Rod
from hemipelvis.volume import Volume

LEAST_SECTIONS = 2
"""Through fewer points there is no line."""


@dataclass(frozen=True)
class AxisError:
    """Standard errors: line_mm across the axis at a stated point of it, axis_deg of its direction."""

    line_mm: float
    axis_deg: float


def axis_error(ct: Volume, rod: Rod, diameter_mm: float, at: Point) -> AxisError:
    """Standard errors of a line through the centroids of a rod's free stretch (regression of n points on a length).

    Streaks and the blooming of neighbours shift a section as a whole and those a diameter further along with it: there
    are no more independent sections than diameters in the free stretch. Each is off by the centroids' scatter and by
    what scatter does not show, an edge anywhere within its voxel (uniform: s/√12 in each direction across the axis).
    """
    count = max(rod.free_mm / diameter_mm, LEAST_SECTIONS)
    voxel = np.sqrt((ct.spacing**2 * (1 - rod.direction**2)).sum() / 12)
    section = float(np.hypot(rod.scatter_mm, voxel)) / np.sqrt(count)
    slope = section * np.sqrt(12) / rod.free_mm
    middle = rod.at(float(rod.t[rod.clean].mean()))
    away = abs(float((at - middle) @ rod.direction))
    return AxisError(float(np.hypot(section, slope * away)), float(np.degrees(np.arctan(slope))))
