"""The solid taken up to the surface wherever the porous layer over it would be too thin to hold whole cells."""

import numpy as np

from hemipelvis.design.rolling_ball import opened
from hemipelvis.volume import Volume

LEAST_WALL_MM = 1.0
"""Twice the least wall of the machine: what stands between porous regions is a wall, or it is not there."""


def without_thin_porous(envelope: Volume, solid: Volume, least_mm: float) -> Volume:
    """The solid and every porous place that no ball of diameter `least_mm` within the porous part reaches.

    envelope, solid: signed distances on one grid; the result lies inside the envelope. Walls, flaps and edges thinner
    than `LEAST_WALL_MM` are left out, of the solid given as well: their place is porous. Outside the result the values
    are distances to it, also at a bare face, where the porous part itself ends: a solid that is grown by some overlap
    then leaves the face bare.
    """
    porous = envelope.like(np.maximum(envelope.voxels, -solid.voxels))
    if not (porous.voxels < 0).any():
        return solid
    thick = opened(porous, least_mm / 2) if least_mm > 0 else porous
    return opened(solid.like(np.maximum(envelope.voxels, -thick.voxels)), LEAST_WALL_MM / 2)
