"""Heads in the cup's wall."""

import numpy as np
import pytest

from hemipelvis.arrays import square_to, unit
from hemipelvis.plan import CupPlan
from hemipelvis.screws.head_seat import back_to_head, cup_seat

CENTRE, OPENING = np.array([-240.0, 300.0, -560.0]), unit([0.6, -0.4, -0.65])
CUP = CupPlan(CENTRE, OPENING, 25, 45, "radiographic", "same height", 22, 2, 4)
HEAD_MM, SUNK_MM = 8.0, 1.0


def underside(aside_mm: float) -> np.ndarray:
    """Points (n, 3) of the underside's rim and middle, from the cup's centre, of a screw that passes it so far off."""
    direction = -OPENING
    first, second = square_to(direction)
    point = CENTRE + aside_mm * first + 40 * direction
    seat = cup_seat(CUP, SUNK_MM, 4.0, HEAD_MM)
    middle = point - back_to_head(seat, point, direction) * direction - CENTRE
    turn = np.linspace(0, 2 * np.pi, 73)[:, None]
    return np.vstack([middle, middle + HEAD_MM / 2 * (np.cos(turn) * first + np.sin(turn) * second)])


def test_a_head_square_to_the_wall_is_sunk_as_stated() -> None:
    assert np.linalg.norm(underside(0.0)[0]) == pytest.approx(CUP.inner_radius_mm + SUNK_MM)


@pytest.mark.parametrize("aside_mm", [0.0, 3.0, 8.0, 14.0])
def test_all_of_a_slanting_head_s_underside_lies_in_metal(aside_mm: float) -> None:
    assert np.linalg.norm(underside(aside_mm), axis=1).min() >= CUP.inner_radius_mm - 1e-9
