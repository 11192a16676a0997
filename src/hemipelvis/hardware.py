"""The old hardware: what the last operation left in the patient (`segmentation/hardware.json`)."""

from dataclasses import dataclass

from hemipelvis.arrays import Point, Vector, frozen, unit


@dataclass(frozen=True)
class OldScrew:
    """One screw of the old endoprosthesis as found in the scan.

    host: "sacrum", "pubis", "ischium", "ilium" or "none".
    pieces: axis segments (start, end) of the metal, head side first, where they lie now.
    tunnel: axis segment where the screw ran in bone (its last piece prolonged when the head has moved away).
    confidence: 0 to 1, how sure the segmentation is.
    line_error_mm, axis_error_deg: standard errors of the tunnel's axis, across it at its middle and of its direction:
    s mm from the middle the axis is off by √(line_error_mm² + (s · tan axis_error_deg)²). Where nobody has estimated
    them, the errors that finding old screws is held to.
    """

    id: int
    host: str
    head: Point
    tip: Point
    diameter_mm: float
    broken: bool
    pieces: tuple[tuple[Point, Point], ...]
    tunnel: tuple[Point, Point]
    confidence: float = 1.0
    line_error_mm: float = 1.0
    axis_error_deg: float = 1.5


@dataclass(frozen=True)
class OldCup:
    """The old acetabular cup: rotation centre and unit vector out of its mouth."""

    centre: Point
    opening: Vector
    radius_mm: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "centre", frozen(self.centre))
        object.__setattr__(self, "opening", frozen(unit(self.opening)))


@dataclass(frozen=True)
class Hardware:
    """All old hardware. `cup` is None where none was found (then the engineer must state it)."""

    cup: OldCup | None
    screws: tuple[OldScrew, ...]
    warnings: tuple[str, ...] = ()
