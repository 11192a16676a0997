"""How one end of the old endoprosthesis has gone, by its broken screws: tips stay in bone, heads go with it.

The two faces of a fracture lay against each other and the two pieces in one line. Every broken screw so gives where a
point of the endoprosthesis was and where it is, and how a direction in it has turned. The rigid motion that fits all
broken screws of one host best, each weighed by how well its pieces are known, takes the whole screws beside them back
to where they were put. The ends move apart from each other (a loose pubic arm bends), so each host has its own motion.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from hemipelvis.arrays import Array, Point, Points, unit

FACES_MM = 1.5
"""Standard deviation along a screw of where its broken faces are found: blooming, and what the fracture wore off."""
TURN_DEG, MOVE_MM = 5.0, 20.0
"""Standard deviations before anything is known; a turn over 5° about an axis is rare while the screws still hold it."""
SEEN = 5
"""What a broken screw tells: three of a place and two of a direction. Pieces that agree worse than their errors allow
are known worse than they say, by as much (Birge 1932, 10.1103/PhysRev.40.207)."""
STEP = 1e-5


class Piece(Protocol):
    """A straight piece of metal, LPS mm; spread: (2, 2) mm², covariance of its ends' places across it."""

    @property
    def start(self) -> Point:
        """Its end on the head's side."""
        ...

    @property
    def end(self) -> Point:
        """Its end on the tip's side."""
        ...

    @property
    def spread(self) -> Array:
        """Covariance of both."""
        ...


@dataclass(frozen=True)
class Migration:
    """Rigid motion from then to now: turn (rotation vector, rad) about `pivot`, then shift (mm); covariance (6, 6)."""

    pivot: Point
    motion: Array
    covariance: Array

    def before(self, points: Points) -> Points:
        """Where points (n, 3) fixed to the endoprosthesis were before it went, LPS mm."""
        return _back(np.asarray(points, float), self.pivot, self.motion)

    def spread(self, start: Point, end: Point) -> Array:
        """(2, 2) mm²: covariance across a rod of the places that `before` gives for its ends, per direction."""
        ends = np.array([start, end], float)
        along = unit(np.subtract(*self.before(ends)))
        steps = STEP * np.vstack([np.eye(6), -np.eye(6)])
        moved = np.array([_back(ends, self.pivot, self.motion + s) for s in steps])
        change = (moved[:6] - moved[6:]) / (2 * STEP)
        across = change - (change @ along)[..., None] * along
        return np.asarray(np.einsum("kix,kl,ljx->ij", across, self.covariance, across) / 2)


def find_migration(broken: tuple[tuple[Piece, ...], ...]) -> Migration | None:
    """The motion of the end that broken screws (their pieces, head first) hold; None where there are none."""
    if not broken:
        return None
    pivot = np.mean([pieces[-1].start for pieces in broken], axis=0)
    found = least_squares(_misfit, np.zeros(6), "3-point", args=(broken, pivot), x_scale=[0.1] * 3 + [5.0] * 3)
    worse = max(1.0, 2 * found.cost / (SEEN * len(broken)))
    return Migration(pivot, found.x, worse * np.linalg.inv(found.jac.T @ found.jac))


def _misfit(motion: Array, broken: tuple[tuple[Piece, ...], ...], pivot: Point) -> Array:
    """What the pieces' places and directions differ by, and the motion's own size, each over its standard deviation."""
    own = motion / np.repeat([np.radians(TURN_DEG), MOVE_MM], 3)
    return np.concatenate([own, *(_apart(motion, pivot, pieces[0], pieces[-1]) for pieces in broken)])


def _apart(motion: Array, pivot: Point, head: Piece, tip: Piece) -> Array:
    """(7,): from where the tip's broken face has gone to the head's, across and along, and between directions."""
    axis = Rotation.from_rotvec(motion[:3]).apply(unit(tip.end - tip.start))
    gap = head.end - _forth(tip.start, pivot, motion)
    aside = np.sqrt(head.spread[1, 1] + tip.spread[0, 0])
    slope = np.hypot(_slope(head), _slope(tip))
    kink = np.cross(axis, unit(head.end - head.start))
    return np.concatenate([np.cross(axis, gap) / aside, [gap @ axis / FACES_MM], kink / slope])


def _slope(piece: Piece) -> float:
    """Standard deviation of a piece's direction, rad per direction across."""
    apart = np.array([-1.0, 1.0])
    return float(np.sqrt(apart @ piece.spread @ apart) / np.linalg.norm(piece.end - piece.start))


def _forth(points: Points, pivot: Point, motion: Array) -> Points:
    return np.asarray(Rotation.from_rotvec(motion[:3]).apply(points - pivot) + pivot + motion[3:])


def _back(points: Points, pivot: Point, motion: Array) -> Points:
    return np.asarray(Rotation.from_rotvec(-motion[:3]).apply(points - pivot - motion[3:]) + pivot)
