"""Where a screw's head sits on the implant, given the line it runs along in bone.

On a flat interface the head stands off the plane; in the cup it is sunk into the cavity's wall and the driver must
come in through the mouth.
"""

from typing import NamedTuple

import numpy as np

from hemipelvis.arrays import Array, Point, Vector
from hemipelvis.compiled import compiled
from hemipelvis.plan import CupPlan, Interface

STEEPEST_DEG = 60.0  # a hole slanting more than this to a face runs out of it as a knife edge
MOUTH_DEG = 80.0  # driver to the cup's axis: beyond it the shaft lies on the rim
WALL_DEG = 50.0  # screw to the cavity's normal: beyond it the head cannot be sunk in the shell
RIM = 0.1  # share of the radius that a head keeps below the plane of the mouth


class Seat(NamedTuple):
    """in_cup: head in the cup's wall (centre, radius `reach_mm`, axis out of the mouth, driver of `driver_mm` radius)
    or on a plane (centre on it, axis from bone into implant, head `reach_mm` off it, and no farther from the axis than
    where |`across` · offset| is 1). In the cup no part of the head's underside, `head_mm` of radius, stands nearer to
    the centre than the wall, `wall_mm`.
    """

    in_cup: bool
    centre: Array
    axis: Array
    reach_mm: float
    driver_mm: float
    across: Array
    wall_mm: float
    head_mm: float


def plane_seat(interface: Interface, stand_off_mm: float, overhang_mm: float, driver_mm: float) -> Seat:
    """Heads that stand off an interface, on the implant's side, at most `overhang_mm` past the reamed face."""
    across = interface.axes[:2] / (np.array(interface.halves_mm)[:, None] + overhang_mm)
    return Seat(False, np.array(interface.point), np.array(interface.normal), stand_off_mm, driver_mm, across, 0.0, 0.0)


def cup_seat(cup: CupPlan, sunk_mm: float, driver_mm: float, head_diameter_mm: float) -> Seat:
    """Heads sunk `sunk_mm` below the surface of the cup's cavity, a slanting one until all its underside has metal."""
    wall, head = cup.inner_radius_mm, head_diameter_mm / 2
    return Seat(
        True, np.array(cup.centre), np.array(cup.opening), wall + sunk_mm, driver_mm, np.zeros((2, 3)), wall, head
    )


def in_cup(head: Point, direction: Vector, cup: CupPlan) -> bool:
    """Whether a head lies inside the cup or sunk in its shell, the screw going out through the wall."""
    return bool(np.linalg.norm(head - cup.centre) < cup.outer_radius_mm and (head - cup.centre) @ direction > 0)


@compiled
def back_to_head(seat: Seat, point: Array, direction: Array) -> float:
    """Distance, mm, back along the line from a point of the interface to the head's underside; −1 where it can't be."""
    return _back_to_wall(seat, point, direction) if seat.in_cup else _back_off_plane(seat, point, direction)


@compiled
def _back_off_plane(seat: Seat, point: Array, direction: Array) -> float:
    slant = -(direction * seat.axis).sum()
    if slant < np.cos(np.radians(STEEPEST_DEG)):
        return -1.0
    back = seat.reach_mm / slant
    aside = point - back * direction - seat.centre
    u, v = (seat.across[0] * aside).sum(), (seat.across[1] * aside).sum()
    return back if u * u + v * v <= 1.0 else -1.0


@compiled
def _back_to_wall(seat: Seat, point: Array, direction: Array) -> float:
    offset = point - seat.centre
    along = (offset * direction).sum()
    aside = (offset * offset).sum() - along * along
    square = seat.reach_mm**2 - aside
    if square < 0:
        return -1.0
    nearest = max(np.sqrt(max(aside, 0.0)) - seat.head_mm, 0.0)
    back = along - np.sqrt(max(square, seat.wall_mm**2 - nearest**2))
    return back if back > 0 and _reachable(seat, offset - back * direction, direction) else -1.0


@compiled
def _reachable(seat: Seat, head: Array, direction: Array) -> bool:
    """Whether a head at `head` (from the cup's centre) can be sunk, and driven through the mouth."""
    depth, into = (head * seat.axis).sum(), (direction * seat.axis).sum()
    if depth > -RIM * seat.reach_mm or into > -np.cos(np.radians(MOUTH_DEG)):
        return False
    aside = (head * head).sum() - (head * direction).sum() ** 2
    if (head * direction).sum() < 0 or aside > (seat.reach_mm * np.sin(np.radians(WALL_DEG))) ** 2:
        return False
    at_mouth = head - direction * (depth / into)
    return np.sqrt((at_mouth * at_mouth).sum()) <= seat.reach_mm - seat.driver_mm
