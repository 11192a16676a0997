"""The limb to a face beyond the body's end."""

import numpy as np
import pytest

from hemipelvis.arrays import unit
from hemipelvis.design.pubic_limb import LEAVE_MM, face_oval, leading, pubic_limb, tapered
from hemipelvis.plan import Interface

LINE = np.linspace([-250.0, 320.0, -500.0], [-250.0, 270.0, -490.0], 52)
ROUND = np.broadcast_to(np.eye(3) * 144.0, (52, 3, 3))
FACE = Interface(
    "pubis", np.array([-290.0, 268.0, -512.0]), np.array([1.0, 0, 0]), 17, 6, 400, 0, np.array([0, 1.0, 0]), 8
)


def directions(way: object) -> np.ndarray:
    return np.asarray(unit(np.diff(np.asarray(way), axis=0)))


def test_it_leaves_along_the_line_and_arrives_square_to_the_face() -> None:
    way = leading(LINE, FACE.point, FACE.normal, 1.0)
    steps = directions(way)
    assert steps[0] @ directions(LINE)[0] > 0.995 and steps[-1] @ FACE.normal < -0.995
    assert way[0] == pytest.approx(LINE[-1]) and way[-1] == pytest.approx(FACE.point)


def test_it_bends_evenly() -> None:
    limb = pubic_limb(LINE, ROUND, FACE, 1.0)
    steps = directions(limb.centres)
    assert (steps[1:] * steps[:-1]).sum(axis=1).min() > np.cos(1 / 12)  # no bend tighter than 12 mm


def test_its_sections_go_from_the_bodys_to_the_faces() -> None:
    limb = pubic_limb(LINE, ROUND, FACE, 1.0)
    assert np.allclose(limb.sections[0], ROUND[0]) and np.allclose(limb.sections[-1], face_oval(FACE))


def test_the_body_beside_it_is_whole_where_it_leaves_and_thin_at_the_tip() -> None:
    thinned = tapered(ROUND, 1.0)
    assert np.allclose(thinned[: 51 - int(LEAVE_MM)], ROUND[0])
    assert np.allclose(thinned[-1], ROUND[0] / 4)
