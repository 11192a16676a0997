"""Rods beside parallel ones, and pieces in one line, as photon starvation between screws leaves them."""

from dataclasses import replace

import numpy as np
import pytest

from hemipelvis.segmentation.choose_screws import smeared_to_another
from hemipelvis.segmentation.match_pieces import match_pieces
from hemipelvis.segmentation.screw_axes import Rod

X, Y, Z = np.eye(3)


def rod(x: float, y: float, length: float, held: float = 0.0, turned_deg: float = 0.0) -> Rod:
    """A rod along x from (x, y, 0), whose first millimetres are held by other metal; metal beside it toward +y."""
    t = np.arange(0.25, length, 0.5)
    angle = np.radians(turned_deg)
    direction = np.array([np.cos(angle), 0.0, np.sin(angle)])
    return Rod(np.array([x, y, 0.0]), direction, t, t >= held, 3.3, 0.1, 0.1, 0.96, 0.0, Y)


def test_metal_toward_a_parallel_screw_is_smear_and_away_from_it_is_not() -> None:
    assert smeared_to_another(rod(0, 0, 40), [rod(2, 11, 38)])
    assert not smeared_to_another(rod(0, 0, 40), [rod(2, -11, 38)])


@pytest.mark.parametrize("other", [rod(0, 40, 40), rod(0, 11, 40, turned_deg=50), rod(30, 11, 40)])
def test_screws_far_off_askew_or_beyond_its_end_smear_nothing(other: Rod) -> None:
    assert not smeared_to_another(rod(0, 0, 40), [other])


def test_a_piece_in_line_before_another_is_its_head_though_smear_seems_to_hold_it() -> None:
    (chain,) = match_pieces((rod(0, 0, 18), rod(21, 0.5, 24, held=12)))
    assert len(chain.pieces) == 2 and chain.broken


@pytest.mark.parametrize("second", [rod(21, 3, 24, held=12), rod(21, 0, 24, held=12, turned_deg=10)])
def test_a_held_rod_out_of_line_is_a_screw_of_its_own(second: Rod) -> None:
    assert len(match_pieces((replace(rod(0, 0, 18)), second))) == 2
