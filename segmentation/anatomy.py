"""Where things are in a pelvis, told from its midline and femoral heads: coordinates and seeds for the graph cuts.

Offsets are adult anatomy with room for all sizes (Standring, Gray's Anatomy, ch. 77–80) and for ±20° of pose; seeds
lie where only one bone can be, and the cuts decide the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.frames import Plane, Side
from hemipelvis.segmentation.femoral_head import Head
from hemipelvis.segmentation.marrow import MarrowRegions
from hemipelvis.segmentation.work_grid import positions
from hemipelvis.volume import Volume

AXIAL_MM, ILIUM_MM = 60.0, 45.0
NERVES_MM = 30.0
"""Canal and foramina end about this far from the midline, at the outer edge of S1's foramina; the alae have none."""
"""Half a sacrum's width (50 to 60 mm); the outermost sacral foramina end 30 to 35 mm from the midline."""
WING_MM, WING_BEHIND_MM = 72.0, 8.0
"""The iliac wing is sought this far from the midline, and no further medial of the hip centre: in a wide pelvis the
alae reach beyond 72 mm."""


@dataclass(frozen=True)
class Anatomy:
    """A grid's coordinates about the mean hip: `across` (mm to the left of the midline), `back`, `up` (z, y, x).

    midline: the midsagittal plane, its normal to the left.
    """

    grid: Volume
    across: Array
    back: Array
    up: Array
    heads: Mapping[Side, Head]
    lateral_mm: float
    radius_mm: float
    midline: Plane

    def lateral(self, side: Side) -> Array:
        """Distance from the midline, positive towards a side."""
        return side.sign * self.across

    def ball(self, side: Side, scale: float) -> Mask:
        """Voxels in the head's sphere, scaled; nothing where the side has no head."""
        if side not in self.heads:
            return np.zeros(self.grid.voxels.shape, bool)
        return self.head_distance(side) < scale * self.heads[side].radius_mm

    def head_distance(self, side: Side) -> Array:
        """Distance in mm from the centre of a side's head."""
        squares = [(positions(self.grid, a) - self.heads[side].centre[a]) ** 2 for a in range(3)]
        return np.sqrt(squares[0] + squares[1] + squares[2]).astype(np.float32)


def anatomy(grid: Volume, midline: Plane, heads: Mapping[Side, Head]) -> Anatomy:
    """Coordinates on a grid from the midline and at least one head. With two heads the midline is set between them."""
    centres = np.array([h.centre for h in heads.values()])
    offsets = np.array([midline.distance(h.centre) for h in heads.values()])
    shift = offsets.mean() if len(heads) == 2 else 0.0
    normal = midline.normal
    along = [positions(grid, a) - midline.point[a] for a in range(3)]
    across = along[0] * normal[0] + along[1] * normal[1] + along[2] * normal[2] - shift
    centre = np.mean([midline.project(c) for c in centres], axis=0)
    posterior = np.array([-normal[1], normal[0], 0]) / np.hypot(normal[0], normal[1])
    back = (positions(grid, 0) - centre[0]) * posterior[0] + (positions(grid, 1) - centre[1]) * posterior[1]
    shape = grid.voxels.shape
    return Anatomy(
        grid,
        across.astype(np.float32),
        np.broadcast_to(back.astype(np.float32), shape),
        np.broadcast_to((positions(grid, 2) - centre[2]).astype(np.float32), shape),
        dict(heads),
        float(np.mean(np.abs(offsets - shift))),
        float(np.mean([h.radius_mm for h in heads.values()])),
        Plane(midline.point + shift * normal, normal),
    )


def femur_seed(a: Anatomy, side: Side) -> Mask:
    """The head's core, and all that lies lateral of the hip centre and below it."""
    shaft = (a.lateral(side) > a.lateral_mm + 12) & (a.up < 0)
    return a.ball(side, 0.8) | shaft


def hip_seed(a: Anatomy, side: Side) -> Mask:
    """Pubis and ischium medial of the hip, the roof above it, the iliac wing lateral of the sacrum."""
    lateral, radius = a.lateral(side), a.radius_mm
    medial = (lateral > 12) & (lateral < a.lateral_mm - radius - 8) & (a.up < 10) & (a.back < 0.5 * radius)
    wing = (lateral > max(WING_MM, a.lateral_mm - WING_BEHIND_MM)) & (a.up > radius + 12) & (a.up < 120)
    roof = (np.abs(lateral - a.lateral_mm) < radius) & (a.up > radius + 10) & (a.up < radius + 30)
    wall = np.zeros_like(medial)
    if side in a.heads:
        away = a.head_distance(side) - a.heads[side].radius_mm
        wall = (away > 5) & (away < 14) & (lateral < a.lateral_mm - 0.75 * radius) & (np.abs(a.up) < radius)
    return medial | wing | roof | wall


def axial_seed(a: Anatomy) -> Mask:
    """Sacrum, coccyx and lumbar spine beside the midline, above or behind the symphysis; the ilia stay 30 mm off it."""
    return (np.abs(a.across) < 26) & ((a.up > a.radius_mm + 25) | (a.back > 35))


def marrow_regions(where: Anatomy) -> MarrowRegions:
    """Spine and sacrum between the innominate bones, above the hips; the ilium above the acetabula, lateral of them."""
    far = np.abs(where.across)
    axial = (far < AXIAL_MM) & (where.up > 0)
    nerves = axial & (far < NERVES_MM)
    return MarrowRegions(axial, (far > ILIUM_MM) & (where.up > where.radius_mm + 5), nerves)
