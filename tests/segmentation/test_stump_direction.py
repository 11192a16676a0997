"""Short stumps follow the implant's turn."""

import numpy as np

from hemipelvis.arrays import Array, unit
from hemipelvis.segmentation.match_pieces import Chain
from hemipelvis.segmentation.screw_axes import STEP_MM, Rod
from hemipelvis.segmentation.stump_direction import settle_short_stumps

ANGLE = np.radians(9)
TURN = np.array([[np.cos(ANGLE), 0, np.sin(ANGLE)], [0, 1, 0], [-np.sin(ANGLE), 0, np.cos(ANGLE)]])


def rod(direction: Array, embedded_mm: float, free_mm: float) -> Rod:
    t = np.arange(0, embedded_mm + free_mm, STEP_MM)
    return Rod(np.zeros(3), unit(direction), t, t >= embedded_mm, 3.4, 0.1, 0.1, 0.1)


def broken(tip: Array, stump: Array, free_mm: float) -> Chain:
    return Chain((rod(stump, 10, free_mm), rod(tip, 0, 20)))


def test_a_short_stump_turns_with_the_longer_ones() -> None:
    tips = [np.array(t, float) for t in ((1, 0.1, 0), (0.2, 1, 0.3), (1, 0.3, 0.2))]
    wrong = TURN @ tips[2] + (0, 0.15, 0)
    chains = [broken(t, TURN @ t, 12) for t in tips[:2]] + [broken(tips[2], wrong, 3)]
    settled = settle_short_stumps(chains)
    angle = np.degrees(np.arccos(settled[2].pieces[0].direction @ unit(TURN @ tips[2])))
    assert angle < 1
    middle = float(settled[2].pieces[0].t[settled[2].pieces[0].clean].mean())
    np.testing.assert_allclose(settled[2].pieces[0].at(middle), chains[2].pieces[0].at(middle))


def test_long_stumps_and_whole_screws_stay_as_they_are() -> None:
    chains = (broken(np.array([1, 0, 0]), TURN @ [1, 0, 0], 12), Chain((rod(np.array([0, 0, 1]), 10, 30),)))
    assert settle_short_stumps(chains) == chains
