"""Sides, planes and the pelvic frame. World is DICOM patient space: LPS, millimetres."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from hemipelvis.arrays import Array, Point, Points, Vector, frozen, unit


class Side(StrEnum):
    """The patient's own left or right."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> "Side":
        """The opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT

    @property
    def letter(self) -> str:
        """`L` or `R`, as in landmark names."""
        return "L" if self is Side.LEFT else "R"

    @property
    def sign(self) -> int:
        """+1 for left, −1 for right: the sign of x in LPS."""
        return 1 if self is Side.LEFT else -1


@dataclass(frozen=True)
class Plane:
    """An oriented plane; `normal` is a unit vector (scaled on construction)."""

    point: Point
    normal: Vector

    def __post_init__(self) -> None:
        object.__setattr__(self, "point", frozen(self.point))
        object.__setattr__(self, "normal", frozen(unit(self.normal)))

    def distance(self, points: Any) -> Array:
        """Signed distance in mm of points (…, 3), positive on the normal's side."""
        return (np.asarray(points, float) - self.point) @ self.normal

    def mirror(self, points: Any) -> Points:
        """Points (…, 3) reflected through the plane."""
        p = np.asarray(points, float)
        return p - 2 * self.distance(p)[..., None] * self.normal

    def mirror_direction(self, vectors: Any) -> Array:
        """Directions (…, 3) reflected through the plane."""
        v = np.asarray(vectors, float)
        return v - 2 * (v @ self.normal)[..., None] * self.normal

    def project(self, points: Any) -> Points:
        """Feet of the perpendiculars from points (…, 3)."""
        p = np.asarray(points, float)
        return p - self.distance(p)[..., None] * self.normal


@dataclass(frozen=True)
class PelvicFrame:
    """x to the patient's left, y posterior, z superior, from the symmetry plane and the inter-ischial line.

    `axes` holds the unit axes x, y, z as rows in world coordinates.
    """

    origin: Point
    axes: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin", frozen(self.origin))
        object.__setattr__(self, "axes", frozen(self.axes))

    def pelvic_from_world(self, points: Any) -> Points:
        """World points (…, 3) in pelvic coordinates, mm."""
        return (np.asarray(points, float) - self.origin) @ self.axes.T

    def world_from_pelvic(self, points: Any) -> Points:
        """Pelvic points (…, 3) in world coordinates, mm."""
        return np.asarray(points, float) @ self.axes + self.origin

    def direction_from_world(self, vectors: Any) -> Array:
        """World directions (…, 3) in pelvic axes."""
        return np.asarray(vectors, float) @ self.axes.T

    def world_direction(self, vectors: Any) -> Array:
        """Pelvic directions (…, 3) in world axes."""
        return np.asarray(vectors, float) @ self.axes


def pelvic_frame(symmetry: Plane, ischium_left: Any, ischium_right: Any, superior_hint: Any = (0, 0, 1)) -> PelvicFrame:
    """Frame whose x is the symmetry plane's normal (turned left), origin the inter-ischial mid-point in that plane.

    z is perpendicular to x and as near as can be to `superior_hint` (the scanner's axis unless stated): the
    inter-ischial line fixes where z = 0 lies; a patient's tilt is a property of the scan, not guessed here.
    """
    x = symmetry.normal * np.sign(symmetry.normal[0] or 1.0)
    z = unit(np.asarray(superior_hint, float) - (np.asarray(superior_hint, float) @ x) * x)
    middle = (np.asarray(ischium_left, float) + np.asarray(ischium_right, float)) / 2
    return PelvicFrame(symmetry.project(middle), np.vstack([x, np.cross(z, x), z]))
