"""The template of the missing bone: the intact innominate bone mirrored through the symmetry plane."""

import numpy as np
from scipy import ndimage

from hemipelvis.distance_grid import distance_grid
from hemipelvis.errors import InputError
from hemipelvis.field import Field, from_volume
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.landmarks import Landmarks
from hemipelvis.volume import Volume

PITCH_MM = 1.0
SMOOTH_MM = 1.5
"""Blur of the distances: the body follows the bone's form, not its ridges."""


def mirror_template(labels: Volume, landmarks: Landmarks, side: Side) -> Field:
    """Signed distance of the intact side's innominate bone as it would lie on `side`.

    Raises InputError when the intact side has no innominate bone.
    """
    return host_distance(labels, [Label.hip(side.other)], 12, SMOOTH_MM).mirrored(landmarks.symmetry)


def host_distance(labels: Volume, bones: list[Label], margin_mm: float, smooth_mm: float = 0) -> Field:
    """Signed distance field of some labels together, right within `margin_mm` of their box. InputError when empty."""
    mask = np.isin(labels.voxels, bones)
    if not mask.any():
        names = ", ".join(b.name.lower() for b in bones)
        raise InputError(
            f"a label map without {names}", "that bone in the scan", "check the labels and the side stated"
        )
    where = np.argwhere(mask)[:, ::-1]
    lower, upper = (labels.world_from_index(f(axis=0)) for f in (where.min, where.max))
    grid = distance_grid(labels.like(mask), lower - margin_mm, upper + margin_mm, PITCH_MM)
    return from_volume(grid.like(ndimage.gaussian_filter(grid.voxels, smooth_mm / PITCH_MM)))
