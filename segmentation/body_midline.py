"""The mid-sagittal plane as the mirror plane in which the skeleton agrees best with itself.

For each small turn about the vertical and the sagittal axis, the mirrored skeleton is slid across the skeleton by
cross-correlation (Fourier); the best slide fixes where the plane stands.
"""

from itertools import product

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.frames import Plane
from hemipelvis.segmentation.untyped import ndimage
from hemipelvis.volume import Volume

PITCH_MM = 5.0
TURNS_DEG = tuple(range(-20, 21, 4))


def body_midline(bone: Volume) -> Plane:
    """The plane, its normal turned to the patient's left. bone: values in [0, 1], isotropic grid.

    Turns of up to ±20° about the vertical and ±12° about the sagittal axis are searched.
    """
    coarse = _coarse(bone)
    tried = [(_best(coarse, turn, tilt), turn, tilt) for turn, tilt in product(TURNS_DEG, (-12, -8, -4, 0, 4, 8, 12))]
    (_, place), turn, tilt = max(tried, key=lambda t: t[0][0])
    near = [(_best(coarse, turn + a, tilt + b), turn + a, tilt + b) for a, b in product(range(-3, 4), repeat=2)]
    (_, place), turn, tilt = max(near, key=lambda t: t[0][0])
    normal = _turned(turn, tilt)[0]
    middle = coarse.world_from_index((coarse.size - 1) / 2)
    return Plane(middle + place * normal, normal)


def _coarse(bone: Volume) -> Volume:
    """The bone at 4 mm, blurred, on a cube with room around it for the slides."""
    factor = PITCH_MM / bone.spacing[0]
    small = ndimage.zoom(ndimage.gaussian_filter(bone.voxels.astype(np.float32), factor / 2), 1 / factor, order=1)
    spacing = bone.spacing * (bone.size - 1) / np.maximum(np.array(small.shape[::-1]) - 1, 1)
    return Volume(small, spacing, bone.origin)


def _turned(turn_deg: float, tilt_deg: float) -> Array:
    """Rows: the body's axes (left, posterior, superior) turned about z, then about y."""
    a, b = np.radians([turn_deg, tilt_deg])
    about_z = np.array([[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    return about_y @ about_z


def _best(coarse: Volume, turn_deg: float, tilt_deg: float) -> tuple[float, float]:
    """Agreement with the mirror image, and the plane's distance (mm) from the grid's middle along its normal."""
    rotation = _turned(turn_deg, tilt_deg)[::-1, ::-1]
    middle = (np.array(coarse.voxels.shape) - 1) / 2
    upright = ndimage.affine_transform(coarse.voxels, rotation.T, middle - rotation.T @ middle, order=1)
    width = 2 * upright.shape[2]
    spectrum = np.fft.rfft(upright, width, axis=2)
    mirrored = np.fft.rfft(upright[:, :, ::-1], width, axis=2)
    agreement = np.fft.irfft((spectrum * np.conj(mirrored)).sum((0, 1)), width)
    slide = int(np.argmax(agreement))
    signed = slide - width if slide >= upright.shape[2] else slide
    return float(agreement[slide]), signed / 2 * coarse.spacing[0]
