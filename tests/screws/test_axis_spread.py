"""The errors found with a screw become the scatter of its pieces' ends."""

import numpy as np
import pytest

from hemipelvis.hardware import OldScrew
from hemipelvis.screws.axis_spread import axis_spread

ZERO, X = np.zeros(3), np.array([1.0, 0, 0])
HEAD, TIP = (ZERO, 12 * X), (15 * X, 45 * X)
SCREW = OldScrew(1, "sacrum", ZERO, 45 * X, 6.5, True, (HEAD, TIP), (5 * X, 45 * X), 1.0, 0.4, 2.0)


def test_a_point_of_the_tip_is_known_by_its_distance_from_the_tunnels_middle() -> None:
    slope = np.tan(np.radians(2.0))
    spread = axis_spread(SCREW, TIP)
    assert spread.diagonal() == pytest.approx([0.4**2 + (slope * 10) ** 2, 0.4**2 + (slope * 20) ** 2])
    ends = np.array([2 / 3, 1 / 3])  # the tunnel's middle, 10 of 30 mm along the piece
    assert ends @ spread @ ends == pytest.approx(0.4**2)


def test_a_shorter_piece_is_known_worse() -> None:
    half = np.array([0.5, 0.5])
    assert half @ axis_spread(SCREW, HEAD) @ half == pytest.approx(0.4**2 * 30 / 12)
    assert axis_spread(SCREW, HEAD).diagonal().min() > axis_spread(SCREW, TIP).diagonal().min()
