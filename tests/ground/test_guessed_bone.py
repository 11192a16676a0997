"""How much of the bone at some points is a guess."""

import numpy as np
import pytest

from hemipelvis.guessed_bone import guessed_share
from hemipelvis.labels import Label
from hemipelvis.volume import Volume

X = np.indices((5, 5, 40))[2]
LABELS = Volume(np.where(X < 30, Label.SACRUM, 0).astype(np.uint8), np.ones(3), np.zeros(3))
CONFIDENCE = LABELS.like(np.where(X < 10, 60, np.where(X > 32, 50, 100)).astype(np.uint8))


def test_of_a_screw_a_third_in_guessed_bone_a_third_is_said_to_be() -> None:
    line = np.linspace([-0.4, 2, 2], [39, 2, 2], 2000)
    assert guessed_share(LABELS, CONFIDENCE, line) == pytest.approx(1 / 3, abs=0.01)


def test_where_there_is_no_bone_none_is_guessed() -> None:
    assert guessed_share(LABELS, CONFIDENCE, np.array([[35.0, 2, 2], [99, 2, 2]])) == 0
