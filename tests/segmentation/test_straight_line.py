"""Lines through centroids."""

import numpy as np
import pytest

from hemipelvis.arrays import unit
from hemipelvis.segmentation.straight_line import fit_line, straight_part

DIRECTION = unit([0.3, -0.5, 0.8])


def test_a_line_is_found_through_outliers() -> None:
    t = np.arange(0, 20, 0.5)
    centres = np.array([5.0, -300, 40]) + t[:, None] * DIRECTION
    centres[3:6] += 2.0
    _, direction, scatter = fit_line(t, centres)
    assert direction @ DIRECTION > np.cos(np.radians(0.05))
    assert scatter < 0.05


@pytest.mark.parametrize("count", [0, 1])
def test_no_direction_is_made_up_for_less_than_two_points(count: int) -> None:
    with pytest.raises(ValueError, match="no direction"):
        fit_line(np.arange(float(count)), np.zeros((count, 3)))


def test_a_bent_row_of_centroids_gives_way_to_its_longer_part() -> None:
    t = np.arange(0, 20, 0.5)
    centres = t[:, None] * DIRECTION + np.maximum(t - 12, 0)[:, None] * np.array([0.3, 0.2, 0.0])
    part = straight_part(t, centres)
    assert part is not None
    assert part.start == 0
    assert abs(t[part.stop - 1] - 12) <= 1.0
