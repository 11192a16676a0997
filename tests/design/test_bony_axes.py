"""Directions fixed to the bones."""

import numpy as np
from scipy.spatial.transform import Rotation

from hemipelvis.design.bony_axes import bony_axes
from hemipelvis.frames import Plane, Side
from hemipelvis.landmarks import Landmarks

POINTS = {f"ischium_{s.letter}": np.array([50.0 * s.sign, 30, 0]) for s in Side}
LINES = {f"arcuate_{s.letter}": np.array([[48.0 * s.sign, 40, 90], [20.0 * s.sign, -30, 10]]) for s in Side}


def turned(rotation: Rotation) -> Landmarks:
    return Landmarks(
        {k: rotation.apply(v) for k, v in POINTS.items()},
        {k: rotation.apply(v) for k, v in LINES.items()},
        Plane(np.zeros(3), rotation.apply([-1.0, 0, 0])),
    )


def test_they_point_left_backwards_and_up() -> None:
    for side in Side:
        assert (np.diag(bony_axes(turned(Rotation.identity()), side)) > 0.9).all()


def test_they_turn_with_the_patient_in_any_direction() -> None:
    rotation = Rotation.from_euler("xyz", [25, -10, 15], degrees=True)
    here, there = (bony_axes(turned(r), Side.LEFT) for r in (Rotation.identity(), rotation))
    assert np.allclose(rotation.apply(here), there)
