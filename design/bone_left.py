"""The bone the implant must keep off: everything in its surroundings, less what the surgeon reams away."""

import numpy as np
from scipy import ndimage

from hemipelvis.arrays import Array
from hemipelvis.design.plan_interfaces import without_islands
from hemipelvis.distance_grid import distance_grid
from hemipelvis.field import Field, from_volume, oval_cylinder, union
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.volume import Volume, empty_grid

PITCH_MM = 0.75
RELIEF_MM = 1.0
EVEN_MM = 2.0
FEMUR_CLEARANCE_MM = 3.0
"""Room between body and femur in the neutral position; the swing before the mouth is kept free apart."""


def reamed_zone(interface: Interface, more_mm: float = 0) -> Field:
    """The room the reamer clears: from the plane up, over the contact's ellipse and half a millimetre beyond."""
    halves = np.add(interface.halves_mm, 0.5 + more_mm)
    base = interface.point - 3 * more_mm * interface.normal
    return oval_cylinder(base, interface.axes, halves, interface.reach_mm + 1 + 6 * more_mm)


def hosts_near(labels: Volume, side: Side, lower: Array, upper: Array) -> Field:
    """Signed distance of all bones but the affected femur, within a world box; islands under 500 mm³ left out."""
    bones = [Label.SACRUM, Label.HIP_LEFT, Label.HIP_RIGHT, Label.LUMBAR, Label.femur(side.other)]
    return _distance(labels, bones, lower, upper)


def bone_after_reaming(hosts: Field, interfaces: tuple[Interface, ...], clearance_mm: float) -> Field:
    """Bone grown by the clearance, less the reamed zones, where the implant goes down to the plane."""
    return hosts.offset(clearance_mm) - union([reamed_zone(i) for i in interfaces])


def bone_relief(
    hosts: Field, interfaces: tuple[Interface, ...], clearance_mm: float, lower: Array, upper: Array
) -> Field:
    """Bone evened and grown a little, less the reamed zones: the body stays smooth beside the contacts.

    Sclerotic bone is uneven; a body that copied it would have ripples and could not be brought in.
    """
    grid = hosts.on(empty_grid(lower, upper, 2 * PITCH_MM))
    even = from_volume(grid.like(ndimage.gaussian_filter(grid.voxels, EVEN_MM / (2 * PITCH_MM))))
    zones = union([reamed_zone(i, RELIEF_MM) for i in interfaces])
    return even.offset(clearance_mm + RELIEF_MM) - zones


def femur_room(labels: Volume, landmarks: Landmarks, cup: CupPlan, side: Side, lower: Array, upper: Array) -> Field:
    """The affected femur where it will stand, grown by its clearance.

    It moves with its head: from the hip centre as scanned (where the landmarks have it) to the planned one.
    """
    old = landmarks.points.get(f"hip_centre_{side.letter}")
    shift = np.zeros(3) if old is None else cup.centre - np.asarray(old)
    femur = _distance(labels, [Label.femur(side)], lower - shift, upper - shift)
    return femur.moved(np.eye(3), shift).offset(FEMUR_CLEARANCE_MM)


def _distance(labels: Volume, bones: list[Label], lower: Array, upper: Array) -> Field:
    near = labels.crop(lower - 15, upper + 15)
    clean = without_islands(near)
    mask = clean.like(np.isin(clean.voxels, bones))
    return from_volume(distance_grid(mask, lower, upper, PITCH_MM))
