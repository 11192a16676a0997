"""Bone that is a guess: metal hides it, and its label may well be wrong."""

import numpy as np

from hemipelvis.arrays import Mask, Points
from hemipelvis.labels import BONES
from hemipelvis.volume import Volume

SURE_PERCENT = 90
"""A label right nine times in ten is none to look at twice."""


def guessed_bone(labels: Volume, confidence: Volume) -> Mask:
    """Voxels (z, y, x) of bone with less than 90 per cent confidence. One grid."""
    return np.isin(labels.voxels, [int(b) for b in BONES]) & (confidence.voxels < SURE_PERCENT)


def guessed_share(labels: Volume, confidence: Volume, points: Points) -> float:
    """Share of those points (n, 3; LPS mm) that lie in bone whose bone is a guess; 0 where none lies in bone."""
    in_bone = np.isin(labels.nearest(points), [int(b) for b in BONES])
    guess = in_bone & (confidence.nearest(points, 100) < SURE_PERCENT)
    return float(guess.sum() / max(in_bone.sum(), 1))
