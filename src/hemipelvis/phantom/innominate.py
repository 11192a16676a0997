"""The innominate bone of the demo patient's left side, as a field in the build frame."""

from typing import Any

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.field import Field, capsule, half_space, sphere, union
from hemipelvis.frames import Plane
from hemipelvis.phantom.chain import chain
from hemipelvis.phantom.shapes import opening, shapes
from hemipelvis.phantom.sheet import plate

FILLET_MM = 9.0
RIDGE_FILLET_MM = 3.0
DISC_MM = 5.0
"""Width of the symphysis: about 5 mm in adults (Becker, "The adult human pubic symphysis: a systematic review",
10.1111/j.1469-7580.2010.01300.x)."""


def scaled(points: Any, scale: Any) -> Array:
    """Control points [x, y, z, …] scaled about the hip centre: the seeded difference between left and right."""
    rows, centre = np.array(points, float), np.array(shapes()["innominate"]["hip_centre"], float)
    rows[..., :3] = centre + (rows[..., :3] - centre) * scale
    return rows


def innominate(scale: Any = (1, 1, 1)) -> Field:
    """Ilium, acetabulum, pubis and ischium of the left side, fused."""
    parts = shapes()["innominate"]
    wing = plate(scaled(parts["ilium"]["points"], scale), parts["ilium"]["half_mm"])
    limbs = union([chain(scaled(rows, scale)) for rows in parts["sweeps"].values()], FILLET_MM)
    ridges = union([chain(scaled(rows, scale)) for rows in parts["ridges"].values()])
    body = wing.smooth_union(limbs, FILLET_MM).smooth_union(ridges, RIDGE_FILLET_MM)
    return _with_socket(body).smooth_intersection(_lateral_to_disc(), 2.0)


def socket_opening() -> Array:
    """The acetabulum's axis, out of its mouth."""
    parts = shapes()["innominate"]
    return opening(parts["inclination_deg"], parts["anteversion_deg"])


def _with_socket(bone: Field) -> Field:
    """The acetabulum: a wall behind the rim's plane, hollowed by the joint and the fossa."""
    parts = shapes()["innominate"]
    centre, axis, radius = np.array(parts["hip_centre"], float), socket_opening(), parts["acetabulum_radius"]
    behind = half_space(Plane(centre + 1.0 * axis, axis))
    wall = sphere(centre, radius + 4.5).smooth_intersection(behind, 3.0)
    down = np.cross(axis, (0.3, 0.95, 0.0))
    notch = capsule(centre - 5 * axis, centre - 5 * axis - 40 * np.sign(down[2]) * down, 9.0)
    fossa = sphere(centre - 16 * axis, 13.0)
    hollow = sphere(centre, radius).smooth_union(notch, 3.0) | fossa
    mouth = capsule(centre, centre + 60 * axis, radius)
    return bone.smooth_union(wall, 6.0) - hollow - mouth


def _lateral_to_disc() -> Field:
    return half_space(Plane(np.array([DISC_MM / 2, 0, 0]), np.array([-1.0, 0, 0])))
