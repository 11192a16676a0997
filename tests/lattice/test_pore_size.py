import numpy as np
import pytest

from hemipelvis.lattice.gyroid import nodes
from hemipelvis.lattice.pore_size import distances, local_thickness, throat


def test_a_straight_tube_is_as_wide_as_its_throat() -> None:
    p = nodes(40)
    distance = np.maximum(0.3 - np.hypot(p[..., 0] - 0.5, p[..., 1] - 0.5), 0)
    assert throat(distance) == pytest.approx(0.3)
    assert local_thickness(distance)[distance > 0] == pytest.approx(0.3, abs=0.02)


def test_a_closed_bubble_has_no_throat() -> None:
    with pytest.raises(ValueError, match="no throat"):
        throat(np.maximum(0.3 - np.linalg.norm(nodes(40) - 0.5, axis=-1), 0))


def test_distances_reach_round_the_cell() -> None:
    assert distances(np.array([[0.95, 0.5, 0.5]]), np.array([[0.05, 0.5, 0.5]])) == pytest.approx(0.1)
