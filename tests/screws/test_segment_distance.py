import numpy as np
import pytest
from scipy.optimize import minimize

from hemipelvis.screws.segment_distance import distance


def test_it_is_the_least_distance_between_points_of_the_segments() -> None:
    rng = np.random.default_rng(5)
    for p, q, a, b in rng.normal(size=(60, 4, 3)) * 20:

        def apart(t: np.ndarray, p: np.ndarray = p, q: np.ndarray = q, a: np.ndarray = a, b: np.ndarray = b) -> float:
            return float(np.sum((p + t[0] * (q - p) - a - t[1] * (b - a)) ** 2))

        best = min(minimize(apart, s, bounds=[(0, 1), (0, 1)]).fun for s in ((0.5, 0.5), (0, 1), (1, 0)))
        assert distance(p, q, a, b) == pytest.approx(np.sqrt(best), abs=1e-3)


def test_it_is_symmetric_and_independent_of_direction() -> None:
    rng = np.random.default_rng(6)
    for p, q, a, b in rng.normal(size=(60, 4, 3)):
        d = distance(p, q, a, b)
        assert [distance(a, b, p, q), distance(q, p, a, b), distance(p, q, b, a)] == pytest.approx([d] * 3, abs=1e-9)


def test_parallel_touching_and_point_like_segments_are_right() -> None:
    x, y, o = np.eye(3)[0], np.eye(3)[1], np.zeros(3)
    assert distance(o, x, y, x + y) == pytest.approx(1)
    assert distance(o, x, 3 * x, 5 * x) == pytest.approx(2)
    assert distance(-x, x, -y, y) == 0
    assert distance(o, o, 2 * y, 2 * y) == pytest.approx(2)
    assert distance(o, o, y - x, y + x) == pytest.approx(1)
