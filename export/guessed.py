"""Bone that is a guess, marked in pictures: its label may well be wrong."""

import numpy as np

from hemipelvis.arrays import Mask
from hemipelvis.guessed_bone import SURE_PERCENT, guessed_bone
from hemipelvis.mesh import Mesh
from hemipelvis.volume import Volume

GUESSED = 9
"""In label maps for pictures only, beyond the numbers of `Label`."""


def with_guesses(labels: Volume, confidence: Volume) -> Volume:
    """Labels (uint8) in which bone of less than 90 per cent confidence is `GUESSED`. One grid."""
    return labels.like(np.where(guessed_bone(labels, confidence), GUESSED, labels.voxels).astype(np.uint8))


def guessed_surface(bone: Mesh, confidence: Volume) -> tuple[Mesh, Mesh]:
    """A bone's mesh (LPS mm) in two: of labels to be sure of, and of guesses. confidence: per cent."""
    percent = confidence.sample(bone.vertices, 100.0)
    guess: Mask = (percent < SURE_PERCENT)[bone.faces].sum(axis=1) >= 2
    return Mesh(bone.vertices, bone.faces[~guess]), Mesh(bone.vertices, bone.faces[guess])
