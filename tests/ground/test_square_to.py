import numpy as np
import pytest

from hemipelvis.arrays import square_to, unit


@pytest.mark.parametrize("shape", [(3,), (7, 3)])
def test_axis_first_and_second_are_a_right_handed_frame(shape: tuple[int, ...]) -> None:
    axes = unit(np.random.default_rng(0).normal(size=shape))
    frame = np.stack([*square_to(axes), axes], axis=-2)
    assert np.allclose(frame @ np.swapaxes(frame, -1, -2), np.eye(3))
    assert np.allclose(np.linalg.det(frame), 1)
