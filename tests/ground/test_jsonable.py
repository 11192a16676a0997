"""Values to JSON and back."""

from dataclasses import dataclass

import numpy as np
import pytest

from hemipelvis.frames import Plane
from hemipelvis.hardware import Hardware, OldCup, OldScrew
from hemipelvis.jsonable import dumps, from_json, to_json
from hemipelvis.landmarks import Landmarks, landmarks_from_json

SCREW = OldScrew(
    3, "sacrum", np.array([1.0, 2, 3]), np.array([4.0, 5, 6]), 6.5, True,
    ((np.zeros(3), np.ones(3)), (np.ones(3), 2 * np.ones(3))), (np.zeros(3), np.ones(3)), 0.75,
)  # fmt: skip


@dataclass(frozen=True)
class Needs:
    a: int
    b: float = 2.0


@pytest.mark.parametrize("cup", [None, OldCup(np.array([0.1, 0.2, 0.3]), np.array([0, 0, 1.0]), 27.5)])
def test_a_value_survives_the_round_trip(cup: OldCup | None) -> None:
    value = Hardware(cup, (SCREW,), ("one",))
    assert to_json(from_json(Hardware, to_json(value))) == to_json(value)


def test_landmarks_survive_the_round_trip() -> None:
    marks = Landmarks(
        {"SP": np.arange(3.0)}, {"arcuate_L": np.arange(12.0).reshape(4, 3)}, Plane(np.zeros(3), np.array([1.0, 0, 0]))
    )
    assert landmarks_from_json(marks.to_json()).to_json() == marks.to_json()


def test_floats_are_written_exactly() -> None:
    x = 0.1 + 0.2
    assert to_json(np.array([x]))[0] == x


def test_not_a_number_becomes_null() -> None:
    assert "null" in dumps({"x": float("nan")})


def test_a_missing_key_is_named() -> None:
    with pytest.raises(KeyError, match="a"):
        from_json(Needs, {"b": 1.0})


def test_a_missing_key_with_a_default_takes_it() -> None:
    assert from_json(Needs, {"a": 1}) == Needs(1, 2.0)
