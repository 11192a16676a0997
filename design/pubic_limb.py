"""The limb from the body's end, at the pubic tubercle, to a face beyond it: the opposite pubis.

A body that bent over to that face at the tubercle would leave the arcuate line, and one that followed the line up to
the tubercle and turned there would fold: the line runs into the tubercle nearly square to the way to the face. So the
body goes to the tubercle, and a limb of its own leaves it in the body's direction and arrives square to the face.
"""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array, Point, Points, Vector, frozen, unit
from hemipelvis.oval_sweep import ellipse_tensor
from hemipelvis.plan import Interface

LEAVE_MM = 25.0
"""Before the body's end the limb leaves: about the breadth of a pubic body."""
OVERHANG_MM = 2.0
"""The body is this much wider than its pubic contact: a collar that hides the reamed edge."""
TIP_SHARE = 0.5
"""Of the body's half axes, at the tubercle: what goes on there is the limb; the tubercle alone would be a knob."""
TANGENT_MM = 5.0


@dataclass(frozen=True)
class Limb:
    """centres (k, 3) of a limb's ovals, and sections (k, 3, 3), mm²."""

    centres: Points
    sections: Array

    def __post_init__(self) -> None:
        for name in ("centres", "sections"):
            object.__setattr__(self, name, frozen(getattr(self, name)))


def pubic_limb(centres: Points, sections: Array, face: Interface, step_mm: float) -> Limb:
    """The limb from a body's centres and sections, in steps of `step_mm`, to a face's own ellipse."""
    leave = _leaving(centres, step_mm)
    way = leading(centres[: leave + 1], face.point, face.normal, step_mm)
    share = _smooth_step(np.linspace(0, 1, len(way)))[:, None, None]
    return Limb(way, sections[leave] * (1 - share) + face_oval(face) * share)


def tapered(sections: Array, step_mm: float) -> Array:
    """Sections (m, 3, 3) of a body that ends at the tubercle: beside the limb they dwindle to `TIP_SHARE`."""
    along = np.clip((np.arange(len(sections)) - _leaving(sections, step_mm)) * step_mm / LEAVE_MM, 0, 1)
    size = 1 - (1 - TIP_SHARE) * _smooth_step(along)
    return sections * size[:, None, None] ** 2


def led_on(rail: Points, end: Point, face: Interface, step_mm: float) -> Points:
    """A rail that leaves its line where the limb does and ends in a point of the face."""
    kept = rail[: _leaving(rail, step_mm) + 1]
    return np.vstack([kept, leading(kept, end, face.normal, step_mm)[1:]])


def face_oval(face: Interface) -> Array:
    """The body's section at a face: its ellipse and the collar."""
    axes, halves = face.axes, face.halves_mm
    return ellipse_tensor(axes[0], axes[1], axes[2], halves[0] + OVERHANG_MM, halves[1] + OVERHANG_MM)


def leading(line: Points, end: Point, normal: Vector, step_mm: float) -> Points:
    """A cubic (n, 3) from a line's end, in its direction, to a point, against a normal (Hermite)."""
    start, span = line[-1], float(np.linalg.norm(end - line[-1]))
    leave = span * unit(start - line[-min(len(line), 1 + round(TANGENT_MM / step_mm))])
    t = np.linspace(0, 1, max(3, round(span / step_mm) + 1))[:, None]
    between = (2 * t**3 - 3 * t**2 + 1) * start + (3 * t**2 - 2 * t**3) * end
    return between + (t**3 - 2 * t**2 + t) * leave - (t**3 - t**2) * span * normal


def _leaving(line: Array, step_mm: float) -> int:
    return max(1, len(line) - 1 - round(LEAVE_MM / step_mm))


def _smooth_step(t: Array) -> Array:
    return t * t * (3 - 2 * t)
