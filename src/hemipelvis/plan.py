"""What is planned: the cup, the faces the implant rests on, and the new screws."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from hemipelvis.arrays import Array, Point, Vector, frozen, unit

Host: TypeAlias = Literal["sacrum", "pubis", "ischium"]


@dataclass(frozen=True)
class CupPlan:
    """The new acetabulum. `opening` points out of the cup's mouth; angles by the stated definition.

    inner_radius_mm: of the printed cavity (liner's outer radius plus mantle); shell_mm: its solid wall.
    """

    centre: Point
    opening: Vector
    anteversion_deg: float
    inclination_deg: float
    definition: str
    rule: str
    liner_radius_mm: float
    mantle_mm: float
    shell_mm: float
    notes: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "centre", frozen(self.centre))
        object.__setattr__(self, "opening", frozen(unit(self.opening)))

    @property
    def inner_radius_mm(self) -> float:
        """Radius of the printed cavity."""
        return self.liner_radius_mm + self.mantle_mm

    @property
    def outer_radius_mm(self) -> float:
        """Radius of the solid shell's outer face."""
        return self.inner_radius_mm + self.shell_mm


@dataclass(frozen=True)
class Interface:
    """A plane that the surgeon reams on a host bone and the implant rests on.

    point: centre of the contact; normal: unit, from the bone into the implant; radius_mm: of the disc that holds the
    contact; reach_mm: deepest reaming below the bone's surface; contact_mm2, reamed_mm3: measured on the labels.
    major, minor_radius_mm: long axis in the plane and short half axis where the contact is an ellipse (else a disc);
    radius_mm is then its long half axis.
    """

    host: Host
    point: Point
    normal: Vector
    radius_mm: float
    reach_mm: float
    contact_mm2: float
    reamed_mm3: float
    major: Vector | None = None
    minor_radius_mm: float | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "point", frozen(self.point))
        object.__setattr__(self, "normal", frozen(unit(self.normal)))
        if self.major is not None:
            object.__setattr__(self, "major", frozen(unit(self.major)))

    @property
    def axes(self) -> Array:
        """Unit axes as rows: the ellipse's major and minor axis, and the normal."""
        first = np.eye(3)[np.argmin(np.abs(self.normal))] if self.major is None else self.major
        minor = unit(np.cross(self.normal, first))
        return np.array([np.cross(minor, self.normal), minor, self.normal])

    @property
    def halves_mm(self) -> tuple[float, float]:
        """Half axes of the contact's ellipse."""
        return self.radius_mm, self.radius_mm if self.minor_radius_mm is None else self.minor_radius_mm


@dataclass(frozen=True)
class Screw:
    """A new screw, from `entry` (underside of its head, on the implant) to `tip`.

    bone_entry: where its axis enters bone. Clearances are edge to edge; None where nothing is there to be near.
    failed: the rules it breaks (an engineer's screw is never moved silently).
    """

    id: str
    host: Host
    entry: Point
    tip: Point
    diameter_mm: float
    head_diameter_mm: float
    bone_entry: Point
    clearance_tunnel_mm: float | None
    clearance_cortex_mm: float
    clearance_screw_mm: float | None
    purchase_mm: float
    purchase_hu: float
    score: float
    source: str = "planned"
    failed: tuple[str, ...] = ()
    notes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("entry", "tip", "bone_entry"):
            object.__setattr__(self, name, frozen(getattr(self, name)))

    @property
    def length_mm(self) -> float:
        """From the underside of the head to the tip."""
        return float(np.linalg.norm(self.tip - self.entry))

    @property
    def direction(self) -> Vector:
        """Unit vector from entry to tip."""
        return unit(self.tip - self.entry)
