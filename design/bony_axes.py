"""Directions fixed to the bones: what is designed must not lean with how the pelvis lay tilted in the scanner.

The pelvic frame's own up is the scanner's, since cup and radiograph are read so. In four pelves scanned lying this one
leans 3 to 6 degrees forward of it.
"""

import numpy as np

from hemipelvis.arrays import Array, unit
from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks


def bony_axes(landmarks: Landmarks, side: Side) -> Array:
    """Rows: to the patient's left, backwards, and up the intact side from its ischium to its arcuate line's start.

    side: the affected one. Left is the symmetry plane's normal; up is square to it.
    """
    intact = side.other
    across = landmarks.symmetry.normal
    start = landmarks.arcuate(intact)[0]
    left = across * np.sign((start - landmarks.symmetry.point) @ across) * intact.sign
    rise = start - landmarks.paired("ischium", intact)
    up = unit(rise - (rise @ left) * left)
    return np.array([left, np.cross(up, left), up])
