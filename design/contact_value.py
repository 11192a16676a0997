"""What a reamed plane is worth, in mm² of contact: one measure, by which every candidate is compared.

Contact counts by its area. From it go: the ellipse's part without bone under it, and what of that passes the tenth
that may gape much more; the bone reamed away; and the contact at the bottom of a pocket whose walls bar the way
towards the implant, since the strut that should stand there is cut to fit between them.
"""

from collections.abc import Iterable

import numpy as np

from hemipelvis.arrays import Array, Vector, unit
from hemipelvis.field import Field
from hemipelvis.plan import Interface

OFF_COST = 1.0
"""What a mm² of an ellipse without bone under it takes, in mm² of contact."""
LEAST_SHARE = 0.9
"""Of every contact, to lie on bone; what is less gapes."""
SHORT_COST = 9.0
"""What a mm² that lacks to the least share takes besides: a face with bone under 82 % of it is worth nothing."""
WORTH_MM = 12.0
"""Depth of bone that weighs as much as the contact won by reaming it away: about half an ala's thickness."""
TILT_COST = 0.3
"""Share of a plane's value lost at the cone's edge: of two equal planes the one that faces the implant is taken."""
BARRED_MM, STEP_MM = 12.0, 1.0
"""How far the way towards the implant is followed, a little more than the deepest pocket."""
PLAY_MM = 0.5


def most_valuable(planes: Iterable[Interface], bone: Field, nominal: Vector, cone_deg: float) -> Interface | None:
    """The best plane, None of none. Ways are followed only as long as a plane could still be the best."""
    best, most = None, -np.inf
    for bound, plane in sorted(((_open_value(p, nominal, cone_deg), p) for p in planes), key=lambda b: -b[0]):
        if bound <= most:
            break
        value = bound - barred_mm2(plane, bone, nominal)
        if value > most:
            best, most = plane, value
    return best


def contact_value(plane: Interface, bone: Field, nominal: Vector, cone_deg: float) -> float:
    """A measured plane's value in mm²; nominal: direction from the bone to the implant, cone_deg: most tilt from it."""
    return _open_value(plane, nominal, cone_deg) - barred_mm2(plane, bone, nominal)


def _open_value(plane: Interface, nominal: Vector, cone_deg: float) -> float:
    """The value were no wall in the way."""
    area = plane.notes["ellipse_mm2"]
    off, short = area - plane.contact_mm2, max(LEAST_SHARE * area - plane.contact_mm2, 0)
    value = plane.contact_mm2 - OFF_COST * off - SHORT_COST * short - plane.reamed_mm3 / WORTH_MM
    tilt = np.arccos(np.clip(plane.normal @ unit(nominal), -1, 1)) / np.radians(cone_deg)
    return float(value - TILT_COST * tilt**2 * abs(value))


def barred_mm2(plane: Interface, bone: Field, nominal: Vector) -> float:
    """Contact from which the straight way along `nominal` meets bone beside the reamed column."""
    way, halves = unit(nominal), np.array(plane.halves_mm)
    flat = _ellipse_nodes(halves)
    base = plane.point + flat @ plane.axes
    held = bone(base - STEP_MM / 2 * plane.normal) < 0
    base, flat, along = base[held], flat[held], plane.axes @ way
    barred = np.zeros(len(base), bool)
    for t in np.arange(STEP_MM, BARRED_MM + STEP_MM / 2, STEP_MM):
        beside = np.linalg.norm((flat + t * along)[:, :2] / (halves + PLAY_MM), axis=1) > 1
        beside &= ~barred
        barred[beside] = bone(base[beside] + t * way) < 0
    return float(barred.sum() * STEP_MM**2)


def _ellipse_nodes(halves: Array) -> Array:
    """Points (n, 3) of a grid of 1 mm in an ellipse, in the plane's own axes."""
    u, v = (np.arange(-np.ceil(h), np.ceil(h) + 1) * STEP_MM for h in halves)
    flat = np.stack(np.meshgrid(u, v, [0.0], indexing="ij"), axis=-1).reshape(-1, 3)
    return flat[np.linalg.norm(flat[:, :2] / halves, axis=1) <= 1]
