"""A cup's anteversion and inclination by the three definitions of Murray (J Bone Joint Surg Br 1993; 75-B:228-232).

The cup's axis is its `opening`, a unit vector out of its mouth. In axes lateral (to the cup's own side), anterior and
superior: inclination and anteversion are positive for an opening that looks laterally down and forward.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hemipelvis.arrays import Array, Vector, frozen, unit
from hemipelvis.errors import InputError
from hemipelvis.frames import Side

DEFINITIONS = ("radiographic", "anatomical", "operative")


@dataclass(frozen=True)
class CupAxes:
    """Lateral, anterior and superior unit vectors (rows, LPS) that the angles refer to."""

    axes: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "axes", frozen(self.axes))


@dataclass(frozen=True)
class CupAngles:
    """One definition's angles in degrees."""

    definition: str
    anteversion_deg: float
    inclination_deg: float


def cup_axes(left: Any, superior: Any, side: Side) -> CupAxes:
    """Axes from the transverse axis (to the patient's left) and the direction that is up, made square to it."""
    x = unit(left)
    up = np.asarray(superior, float)
    z = unit(up - (up @ x) * x)
    return CupAxes(np.vstack([x * side.sign, -np.cross(z, x), z]))


def opening_from_angles(angles: CupAngles, axes: CupAxes) -> Vector:
    """The unit vector out of the cup's mouth. Raises InputError for an unknown definition."""
    a, i = np.radians(angles.anteversion_deg), np.radians(angles.inclination_deg)
    local = {
        "radiographic": (np.cos(a) * np.sin(i), np.sin(a), -np.cos(a) * np.cos(i)),
        "anatomical": (np.sin(i) * np.cos(a), np.sin(i) * np.sin(a), -np.cos(i)),
        "operative": (np.sin(i), np.cos(i) * np.sin(a), -np.cos(i) * np.cos(a)),
    }
    if angles.definition not in local:
        raise InputError(
            f"a definition called {angles.definition!r}",
            f"one of {', '.join(DEFINITIONS)}",
            "state one of them under [cup] definition",
        )
    return np.array(local[angles.definition]) @ axes.axes


def angles_from_opening(opening: Any, axes: CupAxes, definition: str) -> CupAngles:
    """A cup's angles by one definition.

    radiographic: inclination of the axis's image on the coronal plane against the vertical, anteversion of the axis
    out of that plane. anatomical: inclination of the axis itself against the vertical, anteversion of its image on
    the transverse plane. operative: inclination of the axis out of the sagittal plane, anteversion of its image there.
    Raises InputError for an unknown definition.
    """
    lateral, anterior, superior = axes.axes @ unit(opening)
    pairs = {
        "radiographic": (np.arctan2(anterior, np.hypot(lateral, superior)), np.arctan2(lateral, -superior)),
        "anatomical": (np.arctan2(anterior, lateral), np.arctan2(np.hypot(lateral, anterior), -superior)),
        "operative": (np.arctan2(anterior, -superior), np.arctan2(lateral, np.hypot(anterior, superior))),
    }
    if definition not in pairs:
        raise InputError(
            f"a definition called {definition!r}",
            f"one of {', '.join(DEFINITIONS)}",
            "state one of them under [cup] definition",
        )
    anteversion, inclination = np.degrees(pairs[definition])
    return CupAngles(definition, float(anteversion), float(inclination))


def all_angles(opening: Any, axes: CupAxes) -> dict[str, CupAngles]:
    """The angles by every definition, by its name."""
    return {name: angles_from_opening(opening, axes, name) for name in DEFINITIONS}
