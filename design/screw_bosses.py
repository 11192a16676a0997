"""Holes and solid tubes for the screws, and the webs that tie them to the strut."""

import numpy as np

from hemipelvis.arrays import Array, Point, Points
from hemipelvis.field import Field, capsule, cylinder, union
from hemipelvis.plan import CupPlan, Screw

PLAY_MM = 0.3
"""On the diameter, between shank and hole, and between head and seat."""
WALL_MM = 2.5
SEAT_MM = 4.0
"""Height of a screw's head, sunk below the boss."""
DRIVER_MM = 80.0
WEB_MM = 3.5


def screw_hole(screw: Screw, cup: CupPlan) -> Field:
    """Shank's hole to the tip, and the head's seat with the driver's way out to it.

    Of a screw put in from inside the bowl the way out ends in the cavity: the driver comes through the mouth.
    """
    shank = cylinder(screw.entry - screw.direction, screw.tip + screw.direction, (screw.diameter_mm + PLAY_MM) / 2)
    outside = screw.entry - screw.direction * way_out_mm(screw, cup)
    return shank | cylinder(outside, screw.entry, (screw.head_diameter_mm + PLAY_MM) / 2)


def way_out_mm(screw: Screw, cup: CupPlan) -> float:
    """How far outwards from its entry a head and driver are cut free."""
    inwards = float((screw.entry - cup.centre) @ screw.direction)
    from_inside = np.linalg.norm(screw.entry - cup.centre) < cup.outer_radius_mm + SEAT_MM and inwards > 0
    return inwards if from_inside else DRIVER_MM


def boss_radii(screw: Screw) -> tuple[float, float]:
    """Outer radii of the tube around the shank and of the collar around the head."""
    return tuple((d + PLAY_MM) / 2 + WALL_MM for d in (screw.diameter_mm, screw.head_diameter_mm))  # type: ignore[return-value]


def screw_boss(screw: Screw) -> Field:
    """Solid around hole and seat, from the head's top to where the axis enters bone."""
    radius, seat = boss_radii(screw)
    shank = capsule(screw.entry, screw.bone_entry, radius)
    collar = cylinder(screw.entry - screw.direction * SEAT_MM, screw.entry + screw.direction * WALL_MM, seat)
    return shank.smooth_union(collar, WALL_MM)


def holes(screws: tuple[Screw, ...], cup: CupPlan) -> Field | None:
    """All holes; None without screws."""
    return union([screw_hole(s, cup) for s in screws]) if screws else None


def bosses(screws: tuple[Screw, ...], rails: Points) -> Field | None:
    """All bosses, each tied by a round web to the nearest point (m, 3) of the struts' axes; None without screws."""
    if not screws:
        return None
    parts = [screw_boss(s).smooth_union(_web(s, rails), WEB_MM) for s in screws]
    return union(parts)


def _web(screw: Screw, rails: Points) -> Field:
    along = np.linspace(0, 1, 21)[:, None]
    axis: Array = screw.entry * (1 - along) + screw.bone_entry * along
    away = np.linalg.norm(axis[:, None] - rails[None], axis=2)
    a, b = np.unravel_index(np.argmin(away), away.shape)
    start: Point = axis[a]
    return capsule(start, rails[b], (screw.diameter_mm + PLAY_MM) / 2 + WALL_MM, WEB_MM)
