"""The bone the implant must keep off: everything in its surroundings, less what the surgeon reams away."""

import numpy as np
from scipy import ndimage

from hemipelvis.arrays import Array, Vector
from hemipelvis.design.insertion import LEAST_COSINE, shadow
from hemipelvis.design.plan_interfaces import without_islands
from hemipelvis.design.screw_bosses import SEAT_MM, WALL_MM, boss_radii
from hemipelvis.distance_grid import distance_grid
from hemipelvis.field import Field, cylinder, from_volume, half_space, oval_cylinder, sphere, union
from hemipelvis.frames import Plane, Side
from hemipelvis.labels import Label
from hemipelvis.plan import CupPlan, Interface, Screw
from hemipelvis.volume import Volume, centred_grid

PITCH_MM = 0.75
RELIEF_MM = 1.0
EVEN_MM = 2.0
LIP_MM = 1.0
FEMUR_CLEARANCE_MM = 3.0
"""Room between body and femur in the neutral position; the swing before the mouth is kept free apart."""


def reamed_zones(interfaces: tuple[Interface, ...], screws: tuple[Screw, ...], more_mm: float = 0) -> Field:
    """All that is reamed: the contacts, and around them the room of the bosses that stand beside them."""
    seats = [boss_zone(i, s, more_mm) for i in interfaces for s in screws if s.host == i.host]
    return union([reamed_zone(i, more_mm) for i in interfaces] + seats)


def boss_zone(interface: Interface, screw: Screw, more_mm: float = 0) -> Field:
    """Half a millimetre around a screw's boss, from the face's plane up to the reach: the reamer's spot face."""
    shank, collar = boss_radii(screw)
    head = screw.entry - SEAT_MM * screw.direction
    room = cylinder(head, screw.bone_entry + 8 * screw.direction, shank + 0.5 + more_mm)
    room = room | cylinder(head, screw.entry + WALL_MM * screw.direction, collar + 0.5 + more_mm)
    floor = interface.point - 3 * more_mm * interface.normal
    roof = interface.point + (interface.reach_mm + 1 + 3 * more_mm) * interface.normal
    return (room & half_space(Plane(roof, interface.normal))) - half_space(Plane(floor, interface.normal))


def reamed_zone(interface: Interface, more_mm: float = 0) -> Field:
    """The room the reamer clears: from the plane up, over the contact's ellipse and half a millimetre beyond."""
    halves = np.add(interface.halves_mm, 0.5 + more_mm)
    base = interface.point - 3 * more_mm * interface.normal
    return oval_cylinder(base, interface.axes, halves, interface.reach_mm + 1 + 6 * more_mm)


def cup_bed(cup: CupPlan, hosts: Field, reach_mm: float, more_mm: float = 0) -> Field:
    """The bone that stands where the bowl goes, up to the reach: its bed, reamed half a millimetre wider than the bowl.

    Nothing where no bone stands there. Bone deeper than the reach under its surface stays, and the bowl gives way.
    """
    ball = sphere(cup.centre, cup.outer_radius_mm + 0.5 + more_mm)
    return ball & hosts.offset(1.0 + 3 * more_mm) & (-hosts).offset(reach_mm + more_mm)


def cleared_way(interfaces: tuple[Interface, ...], zones: Field, way: Vector) -> Field:
    """The lip of bone that a foot would pass on its `way` (unit) down into each reamed face, cleared as well.

    Every place of `zones` above a face, moved back along the way until it is out of the reach; the planes themselves
    stay exact, the rest is met to half a `LIP_MM`.
    """
    return union([_lip(face, zones, way) for face in interfaces])


def _lip(face: Interface, zones: Field, way: Vector) -> Field:
    travel = (face.reach_mm + 1) / max(-float(way @ face.normal), LEAST_COSINE)
    half = face.radius_mm + travel + 3
    grid = centred_grid(face.point - half, face.point + half, LIP_MM)
    above = -half_space(Plane(face.point, face.normal))
    near = from_volume((zones & above).on(grid))
    swept = Field(lambda p: np.minimum.reduce([near(p + t * way) for t in np.arange(LIP_MM, travel, LIP_MM)]))
    return from_volume(swept.on(grid)) & above


def hosts_near(labels: Volume, side: Side, lower: Array, upper: Array) -> Field:
    """Signed distance of all bones but the affected femur, within a world box; islands under 500 mm³ left out."""
    bones = [Label.SACRUM, Label.HIP_LEFT, Label.HIP_RIGHT, Label.LUMBAR, Label.femur(side.other)]
    return _distance(labels, bones, lower, upper)


def bone_after_reaming(hosts: Field, zones: Field, clearance_mm: float) -> Field:
    """Bone grown by the clearance, less the reamed zones, where the implant goes down to the plane."""
    return hosts.offset(clearance_mm) - zones


def bone_relief(hosts: Field, zones: Field, way: Vector, clearance_mm: float, lower: Array, upper: Array) -> Field:
    """Bone evened, with its undercuts along the `way` in, grown a little, less the widened reamed `zones`.

    Sclerotic bone is uneven; a body that copied it would have ripples and could not be brought in.
    """
    grid = hosts.on(centred_grid(lower, upper, 2 * PITCH_MM))
    even = from_volume(grid.like(ndimage.gaussian_filter(grid.voxels, EVEN_MM / (2 * PITCH_MM))))
    return from_volume(shadow(even, way).on(grid)).offset(clearance_mm + RELIEF_MM) - zones


def femur_as_scanned(labels: Volume, side: Side, shift: Array, lower: Array, upper: Array) -> Field:
    """The affected femur where the scan shows it, right in the box and where `shift` takes it into the box."""
    ends = np.array([lower, upper, lower - shift, upper - shift])
    return _distance(labels, [Label.femur(side)], ends.min(axis=0), ends.max(axis=0))


def _distance(labels: Volume, bones: list[Label], lower: Array, upper: Array) -> Field:
    near = labels.crop(lower - 15, upper + 15)
    clean = without_islands(near)
    mask = clean.like(np.isin(clean.voxels, bones))
    return from_volume(distance_grid(mask, lower, upper, PITCH_MM))
