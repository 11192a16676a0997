"""The solid taken up to the surface wherever the porous layer over it would be too thin to hold whole cells."""

import numpy as np

from hemipelvis.design.rolling_ball import opened
from hemipelvis.volume import Volume


def without_thin_porous(envelope: Volume, solid: Volume, least_mm: float) -> Volume:
    """The solid and every porous place that no ball of diameter `least_mm` within the porous part reaches.

    envelope, solid: signed distances on one grid; the result lies inside the envelope and holds the solid.
    """
    porous = envelope.like(np.maximum(envelope.voxels, -solid.voxels))
    if least_mm <= 0 or not (porous.voxels < 0).any():
        return solid
    thick = opened(porous, least_mm / 2)
    return solid.like(np.maximum(envelope.voxels, -thick.voxels))
