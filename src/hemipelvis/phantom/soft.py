"""The soft tissue of the demo patient: skin, fat, muscles, bladder, bowel, as fields in the build frame."""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Distances, Points
from hemipelvis.field import Field, ellipsoid, smooth_min, union
from hemipelvis.phantom.chain import chain
from hemipelvis.phantom.shapes import MIDLINE

FAT_HU, MUSCLE_HU, SKIN_HU, URINE_HU, BOWEL_HU, GAS_HU = -100.0, 55.0, 20.0, 8.0, 30.0, -920.0
"""Usual CT numbers at 120 kVp."""
SKIN_MM, FAT_MM = 2.0, 19.0


@dataclass(frozen=True)
class Soft:
    """skin: the body's outline; the others lie in it, later ones over earlier ones."""

    skin: Field
    muscle: Field
    bowel: Field
    gas: Field
    bladder: Field


def soft() -> Soft:
    """All soft tissue, symmetric but for the bowel."""
    half = _muscles()
    groups = half | half.mirrored(MIDLINE)
    skin = Field(_outline)
    filler = skin.offset(-FAT_MM) - _cavity() - groups.offset(2.0)
    bowel, gas = _bowel()
    bladder = ellipsoid((1, -16, 2), (30, 22, 20))
    return Soft(skin, (groups & skin.offset(-10)) | filler, bowel, gas, bladder)


def _cavity() -> Field:
    """Where fat and organs lie: abdomen, true pelvis, ischiorectal fossae and groins."""
    fossa = ellipsoid((34, 48, -45), (24, 34, 34))
    groin = chain([[60, -52, -10, 16], [70, -50, -40, 14], [80, -40, -100, 9]])
    sides = fossa | groin
    belly = ellipsoid((0, -30, 110), (128, 56, 125)).smooth_union(ellipsoid((0, 6, 8), (56, 52, 62)), 20.0)
    return belly | sides | sides.mirrored(MIDLINE)


def _outline(p: Points) -> Distances:
    """An ellipse that narrows towards the waist, and two thighs below."""
    x, y, z = p.T
    width = 176 - 16 * np.clip((z - 20) / 130, 0, 1) ** 2
    trunk = _ellipse(x, y - 12, width, 112 - 10 * np.clip(z / 150, 0, 1))
    trunk = np.maximum(trunk, -(z + 68))
    thigh = _ellipse(np.abs(x) - 92, y - 8, 84 + 0 * z, 96 + 0 * z)
    return smooth_min(trunk, np.maximum(thigh, z + 20), 25.0)


def _ellipse(x: Distances, y: Distances, a: Distances, b: Distances) -> Distances:
    """Distance to first order from an ellipse."""
    k0 = np.hypot(x / a, y / b)
    k1 = np.maximum(np.hypot(x / a**2, y / b**2), 1e-6)
    return k0 * (k0 - 1) / k1


def _muscles() -> Field:
    """The left side's groups."""
    gluteal = [
        ellipsoid((112, 55, 20), (42, 30, 72)),
        ellipsoid((70, 88, 22), (48, 20, 62)),
        ellipsoid((140, -2, 55), (14, 38, 58)),
        ellipsoid((132, 25, 75), (16, 38, 45)),
    ]
    iliopsoas = [
        chain([[44, 10, 160, 24], [58, -6, 100, 24], [82, -34, 40, 19], [94, -38, 0, 17], [110, 0, -60, 12]]),
        chain([[104, 22, 105, 12], [96, 2, 75, 14], [88, -22, 48, 14]]),
    ]
    thigh = [
        ellipsoid((110, -45, -95), (38, 30, 85)),
        ellipsoid((146, -5, -110), (22, 42, 80)),
        ellipsoid((62, -5, -105), (32, 42, 62)),
        ellipsoid((82, 55, -130), (36, 28, 75)),
    ]
    wall = [
        chain([[38, -82, 160, 10], [34, -84, 80, 10], [22, -62, 0, 8]]),
        chain([[132, -30, 160, 11], [140, -20, 135, 11]]),
        chain([[100, -76, 160, 8], [108, -66, 90, 8]]),
        chain([[34, 74, 165, 26], [32, 84, 120, 22], [24, 98, 70, 12]]),
        ellipsoid((52, 10, -18), (14, 32, 22)),
        chain([[62, 20, 30, 9], [34, 52, -22, 7], [8, 60, -30, 7]]),
    ]
    return union([*gluteal, *iliopsoas, *thigh, *wall])


def _bowel() -> tuple[Field, Field]:
    """Loops of bowel, sigmoid and rectum; the gas floats to the front of some."""
    loops = [
        ((30, -48, 120), 24),
        ((-28, -52, 110), 26),
        ((2, -56, 78), 24),
        ((48, -50, 78), 20),
        ((-50, -46, 74), 22),
        ((0, -50, 145), 24),
        ((-66, -44, 128), 24),
    ]
    rectum = chain([[18, 10, 58, 14], [2, 28, 40, 15], [0, 42, 10, 16], [0, 40, -18, 13]])
    walls = union([ellipsoid(c, (1.25 * r, r, 0.95 * r)) for c, r in loops])
    gas = union([ellipsoid(np.add(c, (2, -0.4 * r, 0)), (0.7 * r, 0.42 * r, 0.6 * r)) for c, r in loops[::2]])
    return walls | rectum, gas | chain([[1, 36, 28, 6], [0, 38, 4, 7]])
