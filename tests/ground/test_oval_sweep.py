import numpy as np

from hemipelvis.field import sweep
from hemipelvis.oval_sweep import ellipse_tensor, oval_sweep, position_on_path

PATH = np.array([[0.0, 0, 0], [10, 2, 0], [20, 0, 5]])


def test_round_sections_give_the_round_sweep() -> None:
    points = np.random.default_rng(0).uniform(-10, 30, (2000, 3))
    oval = oval_sweep(PATH, np.broadcast_to(9 * np.eye(3), (3, 3, 3)))
    assert np.allclose(oval(points), sweep(PATH, 3)(points), atol=1e-9)


def test_the_surface_passes_through_the_half_axes() -> None:
    straight = np.array([[0.0, 0, 0], [20, 0, 0]])
    tensor = ellipse_tensor([0, 1, 0], [0, 0, 1], [1, 0, 0], 6, 3)
    loft = oval_sweep(straight, np.array([tensor, tensor]))
    assert np.allclose(loft([[10, 6, 0], [10, 0, 3], [5, -6, 0]]), 0, atol=1e-9)
    assert np.allclose(loft([[10, 7, 0], [10, 0, 5]]), [1, 2])


def test_the_axis_itself_is_inside() -> None:
    loft = oval_sweep(PATH, np.array([np.diag([4.0, 9, 16])] * 3))
    assert (loft(PATH) < 0).all()


def test_positions_count_segments_and_shares() -> None:
    assert np.allclose(position_on_path(PATH, PATH), [0, 1, 2])
    assert np.allclose(position_on_path((PATH[:1] + PATH[1:2]) / 2, PATH), 0.5)
