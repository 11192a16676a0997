"""The screws of the migrated endoprosthesis: where they were put, and what has become of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hemipelvis.arrays import Array, Point, Points, Vector, unit
from hemipelvis.field import Field, cylinder, union
from hemipelvis.phantom.chain import chain

State = Literal["holding", "loosened", "broken"]
Move = Callable[[Points], Points]


@dataclass(frozen=True)
class PhantomScrew:
    """head0 and tip0: where the screw was put; pieces: its metal today, head side first (build frame, mm).

    break_at: share of the length, from the head, where it broke (also given for unbroken screws).
    """

    id: int
    host: str
    head0: Point
    tip0: Point
    diameter_mm: float
    state: State
    break_at: float
    pieces: tuple[tuple[Point, Point], ...]
    halo_mm: float

    @property
    def broken(self) -> bool:
        """Whether the metal is in two pieces."""
        return self.state == "broken"

    def box(self, margin_mm: float = 10.0) -> Array:
        """Lower and upper corner around metal and lucency, old and new."""
        points = np.vstack([self.head0, self.tip0, *(q for piece in self.pieces for q in piece)])
        return np.array([points.min(0) - margin_mm, points.max(0) + margin_mm])

    def metal(self) -> Field:
        """The metal: a rod for each piece."""
        return union([cylinder(a, b, self.diameter_mm / 2) for a, b in self.pieces])

    def lucency(self) -> Field:
        """Bone lost around it: along the old tunnel and the way the loose part has gone."""
        wide = self.diameter_mm / 2 + self.halo_mm
        loose = [_rod(*self.pieces[0], wide)]
        if self.state == "loosened":
            loose += [_rod(self.head0, self.tip0, wide)]
        return union(loose)


def screw(
    number: int,
    host: str,
    head: Point,
    direction: Vector,
    size: tuple[float, float],
    state: State,
    move: Move,
    rng: np.random.Generator,
) -> PhantomScrew:
    """A screw of size (length, diameter) put in at `head`; `move` is the migration of what it is fastened to."""
    length, diameter = size
    tip = head + length * unit(direction)
    share = round(float(rng.uniform(0.34, 0.48)), 3)
    broken_at = head + share * (tip - head)
    moved = move(np.vstack([head, tip, broken_at]))
    whole, front = (moved[0], moved[1]), (moved[0], moved[2])
    pieces = (front, (broken_at + 0.8 * unit(direction), tip)) if state == "broken" else (whole,)
    halo = 0.3 if state == "holding" else float(rng.uniform(1.0, 2.0))
    return PhantomScrew(number, host, head, tip, diameter, state, share, pieces, halo)


def _rod(start: Point, end: Point, radius_mm: float) -> Field:
    return chain([[*start, radius_mm], [*end, radius_mm]])
