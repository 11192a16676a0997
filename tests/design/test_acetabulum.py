"""Spheres in spheres."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hemipelvis.arrays import Points, unit
from hemipelvis.design.acetabulum import MEAN_OPENING, acetabulum, femoral_head, fit_sphere
from hemipelvis.design.bone_surface import Bone
from hemipelvis.errors import InputError

CENTRE = np.array([-240.0, 285.0, -590.0])


def directions(count: int = 6000) -> Points:
    return unit(np.random.default_rng(3).normal(size=(count, 3)))


def socket(radius: float = 27.0) -> Bone:
    """A hemisphere that faces −x, with a fossa 5 mm deeper at its floor, in a block of bone."""
    d = directions()
    d = d[d[:, 0] > 0]
    deep = np.where(np.linalg.norm(d - unit([1.0, 0, -0.3]), axis=1) < 0.45, 5.0, 0.0)
    return Bone(CENTRE + d * (radius + deep)[:, None], -d)


def head_on_a_neck(radius: float = 24.0) -> Bone:
    d = directions()
    neck = np.linspace(0, 1, 40)
    ring = np.array([[0, np.cos(t), np.sin(t)] for t in np.linspace(0, 6.2, 40)])
    tube = (ring[:, None] * 14 + np.array([-1.0, 0, 0]) * (20 + 40 * neck)[None, :, None]).reshape(-1, 3)
    ball = d[d[:, 0] > -0.6]
    points = np.vstack([ball * radius, tube]) + CENTRE
    return Bone(points, np.vstack([ball, np.repeat(ring, 40, axis=0)]))


def test_a_sphere_fits_its_own_points_far_from_the_origin() -> None:
    found = fit_sphere(CENTRE + 22 * directions()[:200])
    assert np.allclose(found.centre, CENTRE, atol=1e-9)
    assert found.radius_mm == pytest.approx(22)
    assert found.rms_mm < 1e-9


def test_the_head_is_fitted_without_its_neck() -> None:
    found = femoral_head(head_on_a_neck(), socket())
    assert found is not None
    assert np.linalg.norm(found.centre - CENTRE) < 0.1
    assert found.radius_mm == pytest.approx(24, abs=0.1)


def test_a_head_flattened_towards_its_neck_keeps_its_centre() -> None:
    whole = head_on_a_neck()
    flat = whole.points.copy()
    flat[(whole.points[:, 0] < CENTRE[0] - 9) & (np.linalg.norm(whole.points - CENTRE, axis=1) < 24.1)] += [1.2, 0, 0]
    found = femoral_head(Bone(flat, whole.normals), socket())
    assert found is not None
    assert np.linalg.norm(found.centre - CENTRE) < 0.2


def test_a_femur_far_from_the_socket_has_no_head_there() -> None:
    far = head_on_a_neck()
    assert femoral_head(Bone(np.add(far.points, [0, 0, -200]), far.normals), socket()) is None


AXES = Rotation.align_vectors([[-1.0, 0, 0]], [MEAN_OPENING])[0].as_matrix().T  # the mean opening looks along −x


@pytest.mark.parametrize("shift", [(8.0, -6, 5), (-10, 4, -8), (0, 0, 0)])
def test_the_empty_sphere_does_not_sink_into_the_fossa(shift: tuple[float, float, float]) -> None:
    found = acetabulum(socket(), CENTRE + shift, AXES)
    assert np.linalg.norm(found.centre - CENTRE) < 0.1
    assert found.radius_mm == pytest.approx(27, abs=0.1)


def test_the_mouth_is_the_rims_plane() -> None:
    found = acetabulum(socket(), CENTRE, AXES)
    assert found.opening @ np.array([-1.0, 0, 0]) > np.cos(np.radians(1))
    assert abs(found.rim_mm) < 1.0


def test_a_hollow_elsewhere_is_refused() -> None:
    with pytest.raises(InputError, match="acetabulum"):
        acetabulum(socket(), CENTRE + np.array([200.0, 0, 0]), AXES)
