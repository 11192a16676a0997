"""How well the axis of a piece of metal is known, by the standard errors that were found with the screw."""

import numpy as np

from hemipelvis.arrays import Array, Point
from hemipelvis.hardware import OldScrew


def axis_spread(screw: OldScrew, piece: tuple[Point, Point]) -> Array:
    """(2, 2) mm²: covariance of the places of a piece's two ends across its axis, per direction.

    The screw's errors are those of its last piece, about the middle of its tunnel. A line through evenly spaced points
    on a length L is known at its middle in proportion to L^−1/2 and in its slope to L^−3/2 (regression of n ∝ L
    points): a shorter piece is known worse by as much, about its own middle.
    """
    start, end = (np.asarray(p, float) for p in piece)
    length, last = float(np.linalg.norm(end - start)), float(np.linalg.norm(np.subtract(*screw.pieces[-1])))
    line, slope = screw.line_error_mm, float(np.tan(np.radians(screw.axis_error_deg)))
    middle = np.mean(screw.tunnel, axis=0)
    if not np.allclose(piece, screw.pieces[-1]):
        line, slope, middle = line * (last / length) ** 0.5, slope * (last / length) ** 1.5, (start + end) / 2
    away = np.array([start - middle, end - middle]) @ (end - start) / length
    return line**2 + slope**2 * np.outer(away, away)
