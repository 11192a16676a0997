"""The line that the body is lofted along."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hemipelvis.arrays import Array, unit
from hemipelvis.design.body_path import BodyPath, body_path, resampled
from hemipelvis.field import sweep
from hemipelvis.frames import Plane, Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.settings import BodySettings

LINE = resampled(
    np.array([[48, 60, 75], [56, 40, 60], [58, 20, 44], [54, 0, 28], [40, -18, 14], [16, -30, 4]], float), 3
)
BONE = sweep(LINE + np.array([8.0, 0, -5]), np.linspace(14, 9, len(LINE)))


def path(turn: Rotation, shift: Array) -> BodyPath:
    """The path of a patient turned and moved."""

    def face(host: str, point: Array, normal: Array, major: Array, halves: tuple[float, float]) -> Interface:
        there = turn.apply(point) + shift
        return Interface(host, there, turn.apply(normal), halves[0], 6, 300, 0, turn.apply(major), halves[1])  # type: ignore[arg-type]

    faces = (
        face("sacrum", np.array([44.0, 66, 72]), unit([0.9, -0.3, -0.2]), unit([0.2, 0.6, 0]), (20, 12)),
        face("pubis", np.array([24.0, -30, 4]), unit([0.8, 0.4, 0.4]), unit([-0.4, 0.8, 0]), (9, 6)),
    )
    cup = CupPlan(
        turn.apply([84, 0, 20]) + shift, turn.apply([0.64, -0.42, -0.64]), 25, 45, "radiographic", "given", 20, 2, 4
    )
    marks = Landmarks({}, {"arcuate_L": turn.apply(LINE) + shift}, Plane(shift, turn.apply([1.0, 0, 0])))
    return body_path(BONE.moved(turn.as_matrix(), shift), marks, cup, faces, Side.LEFT, BodySettings())


@pytest.mark.parametrize("angles", [(0, 0, 90), (12, -7, 20)])
def test_a_patient_turned_in_the_scanner_gets_the_turned_path(angles: tuple[float, float, float]) -> None:
    turn, shift = Rotation.from_euler("xyz", angles, degrees=True), np.array([-250.0, 320.0, -500.0])
    here, there = path(Rotation.identity(), np.zeros(3)), path(turn, shift)
    matrix = turn.as_matrix()
    assert np.allclose(here.centres @ matrix.T + shift, there.centres, atol=1e-6)
    assert np.allclose(here.rail @ matrix.T + shift, there.rail, atol=1e-6)
    assert np.allclose(matrix @ here.sections @ matrix.T, there.sections, atol=1e-6)
