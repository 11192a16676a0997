"""Metal inside a host bone that no screw found accounts for: new screws keep off it as well.

A screw that the segmentation missed is still metal in the scan. What lies deep in bone cannot be the block or plate
that is taken out; whatever it is, a drill must not meet it.
"""

import cc3d
import edt
import numpy as np

from hemipelvis.arrays import Array, Mask, Points
from hemipelvis.field import capsule
from hemipelvis.labels import METAL, Label
from hemipelvis.screws.capsules import Capsules, capsules
from hemipelvis.screws.host_bone import closing
from hemipelvis.volume import Volume

CLOSE_MM, DEEP_MM = 5.0, 2.0
"""A screw's channel closes within the first; metal less deep in the closed bone than the second lies on its surface."""
BLUR_MM = 1.5
"""Metal this near to a screw found is that screw, thickened by blooming."""
LEAST_MM3 = 40.0
"""Less is noise: 40 mm³ is 1.2 mm of a 6.5 mm screw."""
CELL_MM = 2.0
MARGIN_MM = 12.0


def unexplained_metal(labels: Volume, host: Label, known: Capsules) -> Capsules:
    """Balls that cover the metal deep in `host` that lies on none of the known rods."""
    bone = labels.voxels == host
    if not bone.any():
        return capsules(())
    where = labels.points_where(bone)
    box = labels.crop(where.min(axis=0) - MARGIN_MM, where.max(axis=0) + MARGIN_MM)
    deep = edt.edt(closing(box.voxels == host, CLOSE_MM, box), anisotropy=box.sampling) > DEEP_MM
    metal = deep & np.isin(box.voxels, METAL)
    points = box.points_where(metal)
    metal[metal] = ~_on_known(points, known)
    return capsules((p, p, CELL_MM * 3**0.5 / 2) for p in _cells(box.points_where(_large(metal, box.voxel_mm3))))


def _on_known(points: Points, known: Capsules) -> Mask:
    found = np.zeros(len(points), bool)
    for start, end, radius in zip(*known, strict=True):
        found |= capsule(start, end, radius + BLUR_MM)(points) <= 0
    return found


def _large(mask: Mask, voxel_mm3: float) -> Mask:
    pieces = cc3d.connected_components(mask.astype(np.uint8), connectivity=26)
    keep = np.bincount(pieces.ravel()) * voxel_mm3 >= LEAST_MM3
    keep[0] = False
    return keep[pieces]


def _cells(points: Points) -> Array:
    """Centres of the cubic cells that hold points."""
    return (np.unique(np.floor(points / CELL_MM), axis=0) + 0.5) * CELL_MM if len(points) else np.empty((0, 3))
