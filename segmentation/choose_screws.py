"""Which rods are screws: round, as thick as screws, free at one end, and not themselves carriers of other screws."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hemipelvis.arrays import Array, Points, Vector, unit
from hemipelvis.segmentation.cylinder_fit import CylinderFit
from hemipelvis.segmentation.match_pieces import ATTACHED_MM
from hemipelvis.segmentation.metal_window import MetalWindow
from hemipelvis.segmentation.screw_axes import Rod
from hemipelvis.volume import Volume

ROUND = 0.2
"""Ellipticity: voxels twice as high as wide give 0.1, streaks a little more; rims and edges of plates 0.4 and more."""
STREAKED = 0.4
"""The same where the long axis lies in the slice: photon starvation between parallel screws smears them along it."""
IN_SLICE = 0.5
"""Sine of 30°: how far out of the slice the long axis of a streaked section may stand."""
CROWDING = 0.9
"""Grey value beside the free stretch, where a plate or shell goes on: 1; streaks between screws come and go."""
DIAMETERS_MM = (2.8, 9.0)
BRIGHT = 0.9
"""A screw's axis is as bright as the scale allows; bone cement with barium (1500 to 2500 HU) is not."""
SLIMMEST = 0.9
"""Least free length over diameter: shorter bumps have no axis that could be trusted."""
SMEAR_MM, SMEAR_COS = 20.0, np.cos(np.radians(30))
"""Between screws so near and so nearly parallel metal is smeared within the slices."""
BULK_MM, ABREAST = 80.0, 0.5
"""Metal so near is the same endoprosthesis; its middle more than 60° off a rod's line tells nothing of the rod's ends.
Its weight counts, not its nearest point: smear and the ends of screws it hides lie nearest to a tip."""
CROSSING_COS = np.cos(np.radians(30))


def screw_like(ct: Volume, rod: Rod, fit: CylinderFit) -> bool:
    """Whether a rod by itself could be a screw or a piece of one: shaped like one, and not fixed at both ends."""
    apart = uncrowded_by_metal(rod) and min(rod.embedded_mm) < ATTACHED_MM
    return apart and formed_like_screw(ct, rod, fit)


def uncrowded_by_metal(rod: Rod) -> bool:
    """Whether no plate or shell goes on along the side of a rod's free stretch."""
    return rod.crowding <= CROWDING


def round_enough(rod: Rod, limit: float = ROUND) -> bool:
    """Whether a rod's section is round but for what streaks do to it within the slices."""
    return rod.ellipticity <= (max(limit, STREAKED) if rod.out_of_slice < IN_SLICE else limit)


def formed_like_screw(ct: Volume, rod: Rod, fit: CylinderFit) -> bool:
    """Whether a rod is as round, bright, thick and long as a screw, whatever lies beside it or at its ends."""
    if not round_enough(rod):
        return False
    axis = ct.sample(rod.point + rod.t[rod.clean][:, None] * rod.direction, -1024.0)
    bright = float(np.median(axis)) >= BRIGHT * min(3071.0, float(ct.voxels.max()))
    thick = np.isfinite(fit.sigma_mm) and DIAMETERS_MM[0] <= fit.diameter_mm <= DIAMETERS_MM[1]
    return bool(bright and thick and rod.free_mm >= SLIMMEST * fit.diameter_mm)


def smeared_to_another(rod: Rod, screws: Sequence[Rod]) -> bool:
    """Whether what lies beside a rod is the smear between it and a screw that runs along it, not a plate.

    Photons that must pass several parallel screws starve: the metal between them reads full over its whole length.
    """
    return rod.beside is not None and any(_runs_along(rod, other, rod.beside) for other in screws)


def _runs_along(rod: Rod, other: Rod, beside: Vector) -> bool:
    """Whether a screw lies to that side of a rod's free stretch, near and nearly parallel."""
    free = rod.t[rod.clean]
    points = rod.point + free[:, None] * rod.direction
    along = (points - other.point) @ other.direction
    ahead = (along >= other.t[0]) & (along <= other.t[-1])
    way = other.point + along[:, None] * other.direction - points
    distance = np.linalg.norm(way, axis=1)
    near = ahead & (distance <= SMEAR_MM) & (way @ beside >= SMEAR_COS * distance)
    return bool(abs(rod.direction @ other.direction) > SMEAR_COS and near.mean() >= 0.5)


def turned_to_tip(rods: tuple[Rod, ...], window: MetalWindow) -> tuple[Rod, ...]:
    """The rods run from head to tip: from the end nearer to the endoprosthesis, which screws leave outwards.

    Where its middle lies abreast of a rod, from the end that is fixed in metal, or nearer to what no rod explains.
    """
    rest = rest_points(window, rods)
    return tuple(_turned(rod, rest) for rod in rods)


def _turned(rod: Rod, rest: Points) -> Rod:
    before, after = rod.embedded_mm
    middle = (rod.start + rod.end) / 2
    near = rest[np.linalg.norm(rest - middle, axis=1) <= BULK_MM]
    if len(near):
        way = unit(near.mean(axis=0) - middle) @ rod.direction
        if abs(way) >= ABREAST:
            return rod if way < 0 else rod.reversed()
    if max(before, after) < ATTACHED_MM and len(near):
        off = [np.linalg.norm(near - end, axis=1).min() for end in (rod.start, rod.end)]
        return rod if off[0] <= off[1] else rod.reversed()
    return rod if before >= after else rod.reversed()


def rest_points(window: MetalWindow, rods: tuple[Rod, ...]) -> Points:
    """Some of the metal points (n, 3) that belong to no rod."""
    points = window.metal.points_where(window.metal.voxels)[::7]
    for rod in rods:
        points = points[_off(points, rod) > rod.radius_mm + 2]
    return points


def _off(points: Points, rod: Rod) -> Array:
    along = np.clip((points - rod.point) @ rod.direction, rod.t[0], rod.t[-1])
    return np.asarray(np.linalg.norm(points - rod.point - along[:, None] * rod.direction, axis=1))


def without_carriers(rods: tuple[Rod, ...]) -> tuple[Rod, ...]:
    """The rods on whose shafts no other rod's head is fixed: what carries screws is part of the endoprosthesis."""
    return tuple(a for a in rods if not any(_carries(a, b) for b in rods if b is not a))


def _carries(a: Rod, b: Rod) -> bool:
    """Whether b, fixed in metal at its start, crosses the free shaft of a there."""
    head = b.embedded_mm[0]
    if head < ATTACHED_MM or abs(a.direction @ b.direction) > CROSSING_COS:
        return False
    free = a.t[a.clean]
    shaft = replace(a, t=free, clean=np.ones(len(free), bool))
    along = np.linspace(0, head, 16)[:, None]
    return bool((_off(b.start + along * b.direction, shaft) < a.radius_mm + 1).any())
