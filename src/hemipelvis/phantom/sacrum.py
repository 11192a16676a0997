"""Sacrum and lowest lumbar vertebrae of the demo patient, as fields in the build frame."""

from typing import Any

import numpy as np

from hemipelvis.arrays import Point, Vector
from hemipelvis.field import Field, capsule, ellipsoid, half_space, union
from hemipelvis.frames import Plane
from hemipelvis.phantom.chain import chain
from hemipelvis.phantom.shapes import mirror, shapes, tilted

JOINT_MM = 3.0
"""Width of the sacroiliac joint: 2 to 4 mm (Vleeming, "The sacroiliac joint: an overview of its anatomy, function and
potential clinical implications", 10.1111/j.1469-7580.2012.01564.x)."""


def plateau() -> Plane:
    """The upper end plate of S1, its normal up and forward."""
    parts = shapes()["sacrum"]
    slope = np.radians(parts["slope_deg"])
    return Plane(np.array(parts["plateau_centre"], float), np.array([0, -np.sin(slope), np.cos(slope)]))


def sacrum(ilia: Field) -> Field:
    """S1 to coccyx with canal and foramina, kept a joint's width away from the ilia."""
    parts = shapes()["sacrum"]
    bodies = union([_segment(b) for b in parts["bodies"]], 5.0)
    bodies = bodies.smooth_intersection(half_space(plateau()), 2.0)
    sides = [chain(rows) for side in (_same, mirror) for rows in _lateral(side)]
    processes = union([chain(side(parts["articular_process"])) for side in (_same, mirror)])
    bone = union([bodies, *sides, chain(parts["coccyx"])], 7.0).smooth_union(processes, 3.0)
    return (bone - chain(parts["canal"]) - _foramina()) - ilia.offset(JOINT_MM)


def lumbar(sacral: Field) -> Field:
    """L5 and L4 with their arches."""
    return union([_vertebra(v) for v in shapes()["lumbar"]]) - sacral.offset(2.0)


def foramen_axis(tilt_deg: float) -> Vector:
    """Direction in which a pair of sacral foramina runs from front to back."""
    return tilted(tilt_deg)[1]


def canal_point(level: int) -> Point:
    """A point on the axis of the sacral canal."""
    return np.array(shapes()["sacrum"]["canal"][level][:3], float)


def _same(rows: Any) -> Any:
    return np.array(rows, float)


def _lateral(side: Any) -> list[Any]:
    parts = shapes()["sacrum"]
    return [side(rows) for rows in (parts["lateral_mass"], parts["ala"], *parts["posterior"])]


def _segment(body: dict[str, Any]) -> Field:
    return ellipsoid(body["centre"], body["radii"], tilted(body["tilt_deg"]))


def _foramina() -> Field:
    tunnels = []
    for hole in shapes()["sacrum"]["foramina"]:
        along = 30 * foramen_axis(hole["tilt_deg"])
        for at in (np.array(hole["at"], float), mirror(hole["at"])):
            tunnels.append(capsule(at - along, at + along, hole["radius"], 0.7 * hole["radius"]))
    return union(tunnels)


def _vertebra(body: dict[str, Any]) -> Field:
    """A vertebral body between its end plates, with arch and processes."""
    axes, centre = tilted(body["tilt_deg"]), np.array(body["centre"], float)
    half = body["radii"][2]
    core = ellipsoid(centre, (body["radii"][0], body["radii"][1], 2.2 * half), axes)
    for sign in (1, -1):
        core = core.smooth_intersection(half_space(Plane(centre + sign * half * axes[2], sign * axes[2])), 2.0)
    return core.smooth_union(union(_arch(centre, axes), 3.0), 3.0)


def _arch(centre: Point, axes: Any) -> list[Field]:
    fields = []
    for rows in shapes()["lumbar_arch"].values():
        for side in (_same, mirror):
            table = side(rows)
            table[:, :3] = centre + table[:, :3] @ axes
            fields.append(chain(table))
    return fields
