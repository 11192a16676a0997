"""Laws of the seeded minimum cut."""

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.segmentation.graph_cut import graph_cut


def two_balls_that_touch() -> tuple[Array, Array]:
    """A mask of two balls with a slit of low conductance between them, and the x coordinate."""
    z, y, x = np.indices((24, 24, 44)) - np.array([12, 12, 22])[:, None, None, None]
    mask = (np.hypot(np.hypot(y, z), x - 9) < 10) | (np.hypot(np.hypot(y, z), x + 9) < 10)
    return np.where(mask, np.where(np.abs(x) < 1, 20, 1000), 0).astype(np.uint16), x


def test_balls_that_touch_are_parted_at_the_slit() -> None:
    conductance, x = two_balls_that_touch()
    right = graph_cut(conductance, x > 15, x < -15)
    assert np.array_equal(right[np.abs(x) > 1], ((conductance > 0) & (x > 0))[np.abs(x) > 1])


def test_swapped_seeds_give_the_rest() -> None:
    conductance, x = two_balls_that_touch()
    one, other = graph_cut(conductance, x > 15, x < -15), graph_cut(conductance, x < -15, x > 15)
    assert not (one & other).any()


def test_pieces_without_a_seed_belong_to_nobody() -> None:
    conductance, x = two_balls_that_touch()
    conductance[0, 0, 0] = 1000
    assert not graph_cut(conductance, x > 15, (x < -15) & (conductance > 0) & (x > -20))[0, 0, 0]


def test_without_an_opponent_all_that_is_connected_is_taken() -> None:
    conductance, x = two_balls_that_touch()
    assert np.array_equal(graph_cut(conductance, x > 15, np.zeros_like(x, bool)), conductance > 0)
