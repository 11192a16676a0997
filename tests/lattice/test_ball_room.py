import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from hemipelvis.lattice.ball_room import ball_room


@pytest.mark.parametrize("radius", [0.5, 1.0, 1.9, 4.3])
def test_a_ball_has_room_where_metal_is_farther_than_its_radius(radius: float) -> None:
    free = np.random.default_rng(7).random((21, 18, 33)) > 0.01
    assert np.array_equal(ball_room(free.astype(np.uint8), radius), np.asarray(distance_transform_edt(free)) > radius)


def test_beyond_the_border_all_is_free() -> None:
    assert ball_room(np.ones((3, 4, 5), np.uint8), 2.5).all()
