"""Welding equal coordinates agrees with numpy's slow way."""

import numpy as np

from hemipelvis.weld import weld

POINTS = np.random.default_rng(3).integers(-3, 3, (2000, 3)).astype(np.float32) * np.float32(0.1)


def test_every_point_equals_the_first_of_its_kind() -> None:
    first, inverse = weld(POINTS)
    assert (POINTS[first][inverse] == POINTS).all()


def test_there_are_as_many_as_numpy_finds() -> None:
    assert len(weld(POINTS)[0]) == len(np.unique(POINTS, axis=0))


def test_minus_zero_is_zero() -> None:
    assert len(weld(np.array([[0.0, 1, 2], [-0.0, 1, 2]], np.float32))[0]) == 1
