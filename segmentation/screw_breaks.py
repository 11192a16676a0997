"""Breaks in a screw: gaps in the profile of the original HU along its axis."""

from dataclasses import replace

import numpy as np

from hemipelvis.arrays import Array, Point, Vector
from hemipelvis.segmentation.screw_axes import ANGLES, LEAST_FREE_MM, STEP_MM, Rod, spokes
from hemipelvis.volume import Volume

CORE_RADII_MM = np.array([0.0, 0.4, 0.8])
DIP = 0.9
"""A gap of 1 mm leaves about 40 % of the metal's HU after blurring: below this share of a clipped 3071 HU."""
FLANK_MM = 4.0
END_MM = 3.0
"""Near its ends a rod's profile falls anyway."""
AIR_HU = -1024.0


def axis_profile(ct: Volume, start: Point, direction: Vector, t: Array) -> Array:
    """Mean HU (n,) in a thin core around start + t · direction; air beyond the scan."""
    around = CORE_RADII_MM[:, None, None] * spokes(direction)
    points = start + t[:, None, None, None] * direction + around
    hu = ct.sample(points, AIR_HU).reshape(len(t), len(CORE_RADII_MM) * len(ANGLES))
    return np.asarray(hu.mean(axis=1))


def split_at_gaps(ct: Volume, rod: Rod) -> tuple[Rod, ...]:
    """The rod cut at the deepest gap of its free stretch, each part again; the rod itself where there is none.

    A part without a free stretch of its own (a stump's foot in the plate) is no rod and is left to the plate.
    """
    hu = axis_profile(ct, rod.point, rod.direction, rod.t)
    dips = _dips(hu, rod)
    if not len(dips):
        return (rod,)
    cut = int(dips[np.argmin(hu[dips])])
    threshold = _flank(hu, cut) * DIP
    low = cut - int(np.argmax(hu[cut::-1] >= threshold))
    high = cut + int(np.argmax(hu[cut:] >= threshold))
    first = replace(rod, t=rod.t[: low + 1], clean=rod.clean[: low + 1])
    second = replace(rod, t=rod.t[high:], clean=rod.clean[high:])
    return tuple(
        p for half in (first, second) for p in (split_at_gaps(ct, half) if half.free_mm >= LEAST_FREE_MM else ())
    )


def _dips(hu: Array, rod: Rod) -> Array:
    """Free stations well inside the rod where the profile falls below its flanks on both sides."""
    margin = int(END_MM / STEP_MM)
    inside = np.arange(len(hu))
    candidates = inside[rod.clean & (inside >= margin) & (inside < len(hu) - margin)]
    return np.array([i for i in candidates if hu[i] < DIP * _flank(hu, int(i))], int)


def _flank(hu: Array, at: int) -> float:
    """The lower of the highest values on either side, a few millimetres off."""
    reach = int(FLANK_MM / STEP_MM)
    return float(min(hu[max(at - reach, 0) : at].max(initial=0), hu[at + 1 : at + 1 + reach].max(initial=0)))
