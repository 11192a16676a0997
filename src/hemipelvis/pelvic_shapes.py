"""Parts of a pelvis that are more than a point: the acetabulum, the joint's face, the sacral vestibule."""

from dataclasses import dataclass

from hemipelvis.arrays import Point, Vector, frozen, unit
from hemipelvis.frames import Plane


@dataclass(frozen=True)
class Acetabulum:
    """Sphere of the lunate surface, and the rim's plane: its normal `opening` and its distance outward from the centre.

    centre (3,) LPS mm; opening (3,) unit; rms of the lunate surface about the sphere.
    """

    centre: Point
    radius_mm: float
    opening: Vector
    rim_mm: float
    rms_mm: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "centre", frozen(self.centre))
        object.__setattr__(self, "opening", frozen(unit(self.opening)))


@dataclass(frozen=True)
class Auricular:
    """The sacroiliac joint's face: its middle, unit normal from sacrum to ilium, and half its length and width, mm."""

    centre: Point
    normal: Vector
    half_length_mm: float
    half_width_mm: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "centre", frozen(self.centre))
        object.__setattr__(self, "normal", frozen(unit(self.normal)))

    def mirrored(self, plane: Plane) -> "Auricular":
        """Reflected through a plane."""
        return Auricular(
            plane.mirror(self.centre), plane.mirror_direction(self.normal), self.half_length_mm, self.half_width_mm
        )


@dataclass(frozen=True)
class Vestibule:
    """The corridor between promontory, first foramen and joint: its isthmus `centre`, the radius of the largest sphere
    there, and the unit direction from the joint to the sacrum's middle."""

    centre: Point
    radius_mm: float
    direction: Vector

    def __post_init__(self) -> None:
        object.__setattr__(self, "centre", frozen(self.centre))
        object.__setattr__(self, "direction", frozen(unit(self.direction)))
