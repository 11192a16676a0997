"""The demo patient's landmarks before the resection, as extreme points of the bones (build frame)."""

from collections.abc import Mapping

import numpy as np

from hemipelvis.arrays import Point
from hemipelvis.field import Field
from hemipelvis.frames import Side
from hemipelvis.phantom.probe import extreme_point, lowest_point, surface_along
from hemipelvis.phantom.sacrum import plateau
from hemipelvis.phantom.shapes import mirror, shapes


def native_landmarks(left: Field, right_as_left: Field, sacrum: Field) -> Mapping[str, Point]:
    """ASIS, AIIS, PT, PSIS, PIIS, IS with _L/_R, SP and SC.

    right_as_left: the right innominate bone mirrored to the left, as it is built.
    """
    points = {f"{name}_L": point for name, point in _of_half(left).items()}
    points |= {f"{name}_R": mirror(point) for name, point in _of_half(right_as_left).items()}
    return points | _median(sacrum)


def lowest_ischium(hip: Field, up: Point, side: Side) -> Point:
    """The lowest point of a side's tuberosity and ramus along −up; `hip` lies on that side."""
    anchor = np.array(shapes()["innominate"]["ischium"], float) * (side.sign, 1, 1)
    return lowest_point(hip, anchor, up)


def _of_half(bone: Field) -> dict[str, Point]:
    parts = shapes()["innominate"]["landmarks"]
    return {name: extreme_point(bone, np.array(m["anchor"], float), m["direction"], 50.0) for name, m in parts.items()}


def _median(sacrum: Field) -> dict[str, Point]:
    plate = plateau()
    inside = plate.point - 12 * plate.normal
    # the foremost point of the plateau's lip, as raters set it
    brim = extreme_point(sacrum, inside, np.array([0.0, -1.0, 0.0]), 50.0)
    return {"SC": surface_along(sacrum, inside, plate.normal)[0], "SP": brim * (0, 1, 1)}
