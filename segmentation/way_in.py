"""How freely the soft tissue around bone leads to each place: what tells a canal or foramen from marrow.

A ball is rolled in from the soft tissue. Into a canal goes one nearly as wide as the canal itself; into marrow none
goes, or one much narrower than the space behind the hole in the cortex that let it in. The measure is the widest ball
that gets to a voxel from outside over the widest that covers it at all: an opening by reconstruction (Vincent, IEEE
Trans Image Process 2:176, 1993) over the local thickness (Hildebrand & Rüegsegger, J Microsc 185:67, 1997).
"""

import cc3d
import edt
import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.untyped import ndimage

RADII_MM = (1.2, 1.8, 2.4, 3.6, 5.0, 7.0, 10.0)
"""From a work grid's voxel to more than half a sacral canal's width (Standring, Gray's Anatomy: 15 to 30 mm)."""


def way_in(wall: Mask, outside: Mask, pitch_mm: float) -> Array:
    """Share in [0, 1] (float32, z y x): 1 where the way in from `outside` is as wide as the place itself, 0 where no
    ball gets in, and in places narrower than any ball.

    wall: what no ball passes; outside: places that are surely soft tissue; isotropic grid. A bone that the first or
    last slice cuts counts as capped there.
    """
    capped, known = _capped(wall), np.pad(outside, ((1, 1), (0, 0), (0, 0)), mode="edge")
    room = _distance(~capped, pitch_mm)
    widest, entering = np.zeros(room.shape, np.float32), np.zeros(room.shape, np.float32)
    for radius in RADII_MM:
        centres = room > radius
        if not centres.any():
            break
        widest[_distance(~centres, pitch_mm) <= radius] = radius
        entering[_distance(~_joined(centres, known), pitch_mm) <= radius] = radius
    ratio: Array = entering / np.maximum(widest, RADII_MM[0])
    return ratio[1:-1]


def _capped(wall: Mask) -> Mask:
    first, last = (ndimage.binary_fill_holes(wall[end]) for end in (0, -1))
    return np.concatenate([first[None], wall, last[None]])


def _joined(centres: Mask, known: Mask) -> Mask:
    """The face-connected pieces of a mask that hold a known voxel."""
    parts = cc3d.connected_components(centres, connectivity=6)
    keep = np.zeros(int(parts.max()) + 1, bool)
    keep[np.unique(parts[centres & known])] = True
    keep[0] = False
    return keep[parts]


def _distance(mask: Mask, pitch_mm: float) -> Array:
    """Distance in mm (z, y, x) of the mask's voxels from the nearest that is not in it; far away if there is none."""
    if mask.all():
        return np.full(mask.shape, 1e6, np.float32)
    return np.asarray(edt.edt(mask, anisotropy=(pitch_mm,) * 3, black_border=False, parallel=2), np.float32)
