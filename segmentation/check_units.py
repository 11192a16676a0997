"""Are the numbers of a volume Hounsfield units, and does their scale reach up to metal?"""

from collections.abc import Iterator

import numpy as np

from hemipelvis.arrays import Voxels
from hemipelvis.errors import InputError

AIR_BELOW_HU = -200
# Twelve bits with the usual offset end at 3071 HU, thirteen at 7167; titanium reads about 8000 HU, steel above 13000.
METAL_HU = 8000
SATURATED_VOXELS = 50
LIKE_SOFT_TISSUE = (950, 1200)  # stored values of water and muscle when 1024 (or 1000) has not been taken off
MOSTLY = 0.4  # of a body is water, fat apart; of the bones alone far less is as dense.
BRIGHT_HU = 1000  # Air, filler, a table or soft tissue lies in the corners of slices, nothing as bright as this.


def check_units(hu: Voxels, scale_stated: bool = True) -> tuple[str, ...]:
    """Warnings about int16 HU without air, or cut off below metal.

    scale_stated: whether the file says that its numbers are HU. Raises InputError where they plainly are not: soft
    tissue near 1040 and nothing below −200, air that is brighter than tissue, or no air and no statement.
    """
    thin = hu[:: max(1, len(hu) // 64)]
    no_air = bool(hu.min() >= AIR_BELOW_HU)
    body = thin[thin > 100]
    offset = np.count_nonzero((body > LIKE_SOFT_TISSUE[0]) & (body < LIKE_SOFT_TISSUE[1])) > MOSTLY * max(1, body.size)
    if no_air and (offset or not scale_stated):
        raise InputError(
            f"numbers from {hu.min()} to {hu.max()}, without air: stored values, not Hounsfield units",
            "air near −1000 HU and soft tissue near 50 HU",
            "export the CT with its rescale slope and intercept, or apply them",
        )
    if np.median(_corners(thin)) > BRIGHT_HU:
        raise InputError(
            "an image whose corners are brighter than the patient: grey values inverted",
            "air near −1000 HU around the patient",
            "export the original slices (MONOCHROME2)",
        )
    return tuple(_said(hu, no_air, scale_stated))


def _corners(hu: Voxels) -> Voxels:
    size = max(1, min(hu.shape[1:]) // 32)
    return hu[:, [*range(size), *range(-size, 0)]][:, :, [*range(size), *range(-size, 0)]]


def _said(hu: Voxels, no_air: bool, scale_stated: bool) -> Iterator[str]:
    if no_air:
        yield "no air in the volume (nothing below −200 HU): are these Hounsfield units?"
    elif not scale_stated:
        yield "the files do not say how their numbers become Hounsfield units: taken as they are, for there is air"
    top = int(hu.max())
    cut = int(np.count_nonzero(hu == top))
    if 2000 < top < METAL_HU and cut >= SATURATED_VOXELS:
        yield (
            f"CT numbers end at {top} HU, which {cut} voxels have: the scale is cut off (12 bits end at 3071), metal "
            "reads no higher; have the series reconstructed with the extended CT scale"
        )
