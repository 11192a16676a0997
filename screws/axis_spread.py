"""How well the axis of a piece of metal is known: the scatter of its sections about the line stated for it."""

import numpy as np

from hemipelvis.arrays import Array, Point
from hemipelvis.screws.reamed_face import plane_axes
from hemipelvis.volume import Volume

METAL_HU = 2000.0  # bone ends near 1800 HU
STATION_MM = 1.5
RIM_MM = 1.5  # beyond the screw's surface still its own bright edge
CROWDED = 1.5  # a section of more metal than this share of the screw's own touches other metal: not counted
FEWEST = 4


def axis_spread(ct: Volume, start: Point, end: Point, radius_mm: float, confidence: float) -> Array:
    """(2, 2) mm²: covariance of the places of both ends across the axis, per direction.

    Sections of metal along the axis each have a centre; a line through n of them is known at its ends to 2 s/√n (s:
    their scatter, at least a voxel's own: edge/√12), and worse beyond. Where the fit lies beside the line stated, that
    is an error too. Divided by the segmentation's confidence in the screw.
    """
    start, end = np.asarray(start, float), np.asarray(end, float)
    shares, centres = _sections(ct, start, end, radius_mm)
    least = float(np.mean(ct.spacing**2)) / 12
    if len(shares) < FEWEST:
        return np.eye(2) * (least + float(ct.spacing.max()) ** 2) / confidence
    line = np.column_stack([1 - shares, shares])
    fitted, *_ = np.linalg.lstsq(line, centres, rcond=None)
    scatter = max(float(((centres - line @ fitted) ** 2).mean()), least)
    return (scatter * np.linalg.inv(line.T @ line) + fitted @ fitted.T / 2) / confidence


def _sections(ct: Volume, start: Point, end: Point, radius_mm: float) -> tuple[Array, Array]:
    """Shares (n,) of the length, and centres (n, 2) mm off the axis, of the metal's sections that stand free."""
    length = float(np.linalg.norm(end - start))
    axes, along = plane_axes((end - start) / length), (end - start) / length
    box = ct.crop(np.minimum(start, end) - radius_mm - RIM_MM, np.maximum(start, end) + radius_mm + RIM_MM)
    points = box.points_where(box.voxels > METAL_HU) - start
    height, off = points @ along, points @ axes.T
    own = (np.hypot(*off.T) <= radius_mm + RIM_MM) & (height >= 0) & (height <= length)
    station = (height[own] / STATION_MM).astype(int)
    count = np.bincount(station, minlength=1)
    most = CROWDED * np.pi * (radius_mm + RIM_MM / 2) ** 2 * STATION_MM / ct.voxel_mm3
    kept = np.flatnonzero((count > 0) & (count <= most))
    sums = np.column_stack([np.bincount(station, off[own][:, k], len(count)) for k in (0, 1)])
    heights = np.bincount(station, height[own], len(count))
    return heights[kept] / count[kept] / length, sums[kept] / count[kept, None]
