"""How wide a straight way leads from an interface into a ramus, and how nearly a screw from the cup can follow it.

Narrowest canals of superior rami run from 4.75 to 7.35 mm in publications, so a screw's diameter is chosen to it. The
driver comes through the cup's mouth, which looks aside of the ramus: the lines it can take cross the canal aslant.
"""

from typing import NamedTuple

import numpy as np

from hemipelvis.arrays import Array, Points, Vector
from hemipelvis.compiled import compiled
from hemipelvis.errors import InputError
from hemipelvis.screws.candidates import disc, wall
from hemipelvis.screws.head_seat import Seat, back_to_head
from hemipelvis.screws.host_bone import HostBone
from hemipelvis.screws.search_host import HostSearch
from hemipelvis.screws.widest_corridor import Corridor, spread_points, widest_corridor

PITCH_MM = 0.8
SHELL_MM = 4.0  # thickness of the shell of ends
SPARSE = 3  # every third place of a head is enough for an angle


class Canal(NamedTuple):
    """width_mm: of the widest straight cylinder, cortex and all; turn_deg: least angle to it of a line from the cup."""

    width_mm: float
    turn_deg: float


def canal(host: HostSearch, bone: HostBone, deep_mm: float, diameter_mm: float) -> Canal | None:
    """The way from a host's interface `deep_mm` into its bone, and a screw's of `diameter_mm`; None where none."""
    place, grid = host.interface, bone.solid
    starts = disc(place, host.axes(place.normal), PITCH_MM)
    points = spread_points(grid, bone.bone, PITCH_MM)
    off = np.linalg.norm(points - place.point, axis=1)
    inward = (points - place.point) @ place.normal < 0
    ends = points[inward & (off >= deep_mm) & (off <= deep_mm + place.radius_mm + SHELL_MM)]
    try:
        found = widest_corridor(grid, starts, ends, deep_mm)
    except InputError:
        return None
    heads = wall(host.cup, place, host.settings.head_sunk_mm, host.up, host.sign)[::SPARSE]
    return Canal(2 * found.radius_mm, _turn(host.seat(diameter_mm), starts, heads, _direction(found)))


def _direction(found: Corridor) -> Vector:
    return np.asarray((found.end - found.start) / np.linalg.norm(found.end - found.start))


@compiled
def _turn(seat: Seat, starts: Points, heads: Array, axis: Vector) -> float:
    """Least angle, degrees, to an axis of the lines whose head has a place; 180 where none has."""
    most = -1.0
    for i in range(starts.shape[0]):
        for j in range(heads.shape[0]):
            line = starts[i] - heads[j]
            line /= np.sqrt((line * line).sum())
            along = (line * axis).sum()
            if along > most and back_to_head(seat, starts[i], line) >= 0:
                most = along
    return np.degrees(np.arccos(min(most, 1.0)))
