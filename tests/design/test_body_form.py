"""The feet that the body stands on."""

import numpy as np
import pytest

from hemipelvis.arrays import unit
from hemipelvis.design.body_form import below_faces, foot
from hemipelvis.plan import Interface

POINT, UP = np.array([-240.0, 310.0, -500.0]), unit([0.5, -0.3, -0.8])


@pytest.mark.parametrize("lean", [(0.0, 0.0), (0.9, 0.3), (-1.2, 0.0)])
def test_a_foot_stands_on_its_whole_ellipse_however_it_leans(lean: tuple[float, float]) -> None:
    face = Interface("sacrum", POINT, UP, 23, 8, 500, 2000, unit([0.8, 0, 0.5]), 8)
    into = face.point + 28 * np.array([*lean, 1.0]) @ face.axes
    u, v = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1, 41))
    flat = np.stack([u, v, 0 * u], axis=-1)[np.hypot(u, v) < 0.97] * [*face.halves_mm, 1]
    assert (foot(face, into, 13.0**2 * np.eye(3))(face.point + flat @ face.axes + 0.25 * face.normal) < 0).all()


def test_a_faces_plane_bounds_the_implant_beside_its_contact_and_not_farther_off() -> None:
    face = Interface("pubis", POINT, UP, 10, 8, 200, 300, unit([0.8, 0, 0.5]), 6)
    behind = below_faces((face,))[0](POINT - 2 * UP + np.array([[0.0], [15.0], [25.0]]) * face.axes[0])
    assert (behind < 0).tolist() == [True, True, False]
