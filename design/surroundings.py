"""What lies around the body: bone before and after reaming, the femur now and as planned, and the way in."""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array, Vector, frozen
from hemipelvis.design.body_path import BodyPath
from hemipelvis.design.bone_left import (
    PITCH_MM,
    RELIEF_MM,
    bone_after_reaming,
    bone_relief,
    cleared_way,
    cup_bed,
    femur_as_scanned,
    hosts_near,
    reamed_zones,
)
from hemipelvis.design.insertion import insertion_direction
from hemipelvis.field import Field, from_volume
from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Interface, Screw
from hemipelvis.settings import BodySettings
from hemipelvis.volume import Volume, centred_grid


@dataclass(frozen=True)
class Surroundings:
    """What lies around the body, in the box from lower to upper.

    hosts: bone as it is; zones: what the reamer takes, the bowl's bed and the lips along the way in included; bone:
    what it leaves; relief: hosts less widened zones, evened, grown, their undercuts along the way in filled; femur: as
    scanned; femur_shift (3,) mm takes it to where it will stand, with its head; way: the way in, unit.
    """

    hosts: Field
    zones: Field
    bone: Field
    relief: Field
    femur: Field
    femur_shift: Vector
    way: Vector
    lower: Array
    upper: Array

    def __post_init__(self) -> None:
        for name in ("femur_shift", "way", "lower", "upper"):
            object.__setattr__(self, name, frozen(getattr(self, name)))

    @property
    def femur_planned(self) -> Field:
        """The femur where it will stand in the neutral position."""
        return self.femur.moved(np.eye(3), self.femur_shift)


def surroundings(
    labels: Volume,
    landmarks: Landmarks,
    cup: CupPlan,
    interfaces: tuple[Interface, ...],
    screws: tuple[Screw, ...],
    side: Side,
    settings: BodySettings,
    path: BodyPath,
) -> Surroundings:
    """All that the body must keep off, in a box about everything it is made of."""
    lower, upper = _box(path, cup, interfaces, screws, settings)
    hosts = hosts_near(labels, side, lower, upper)
    zones = reamed_zones(interfaces, screws) | cup_bed(cup, hosts, settings.reach_mm)
    first = bone_after_reaming(hosts, zones, settings.bone_clearance_mm)
    grid = centred_grid(lower, upper, 2 * PITCH_MM)
    room = grid.points_where(zones.on(grid).voxels < -PITCH_MM)
    way = insertion_direction(interfaces, from_volume(first.on(grid)), room, settings.insertion)
    zones = zones | cleared_way(interfaces, zones, way)
    bone = bone_after_reaming(hosts, zones, settings.bone_clearance_mm)
    wide = reamed_zones(interfaces, screws, RELIEF_MM) | cup_bed(cup, hosts, settings.reach_mm, RELIEF_MM)
    relief = bone_relief(hosts, wide, way, settings.bone_clearance_mm, lower, upper)
    old = landmarks.points.get(f"hip_centre_{side.letter}")
    shift = np.zeros(3) if old is None else cup.centre - np.asarray(old)
    femur = femur_as_scanned(labels, side, shift, lower, upper)
    return Surroundings(hosts, zones, bone, relief, femur, shift, way, lower, upper)


def _box(
    path: BodyPath,
    cup: CupPlan,
    interfaces: tuple[Interface, ...],
    screws: tuple[Screw, ...],
    settings: BodySettings,
) -> tuple[Array, Array]:
    margin = 1.5 * settings.body_radius_mm + settings.blend_mm
    bowl = cup.outer_radius_mm + 2
    heads = [s.entry - 6 * s.direction for s in screws]
    reach = [(path.centres, margin), (cup.centre, bowl), *((h, 10.0) for h in heads)]
    reach += [(i.point, i.radius_mm + 4) for i in interfaces]
    points = np.vstack([p + sign * r for p, r in reach for sign in (-1, 1)])
    return points.min(axis=0), points.max(axis=0)
