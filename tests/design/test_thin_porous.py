"""Porous layers thin and thick."""

import numpy as np
import pytest

from hemipelvis.design.measure_body import filled_mm3
from hemipelvis.design.thin_porous import without_thin_porous
from hemipelvis.field import Field, box
from hemipelvis.volume import Volume

CENTRE = np.array([-200.0, 300.0, -500.0])
BLOCK = box(CENTRE, (8, 8, 8), rounding_mm=2)


def sampled(form: Field) -> Volume:
    return form.sampled(CENTRE - 10, CENTRE + 10, 0.5)


def under(layer_mm: float) -> Volume:
    """A solid block that leaves a porous layer of that thickness at the top."""
    return sampled(BLOCK & box(CENTRE - np.array([0, 0, layer_mm]), (9, 9, 8)))


def test_a_layer_thinner_than_the_least_becomes_solid() -> None:
    after = without_thin_porous(sampled(BLOCK), under(1.0), 2.0)
    assert filled_mm3(after) == pytest.approx(filled_mm3(sampled(BLOCK)), rel=0.01)


def test_a_thicker_layer_stays_porous_but_for_its_rim() -> None:
    before, after = under(5.0), without_thin_porous(sampled(BLOCK), under(5.0), 2.0)
    assert filled_mm3(after) == pytest.approx(filled_mm3(before), rel=0.06)
    assert after.sample(np.add(CENTRE, [[0, 0, 6.0]]))[0] > 0


def test_the_solid_never_shrinks() -> None:
    before, after = under(4.0), without_thin_porous(sampled(BLOCK), under(4.0), 2.0)
    assert (after.voxels <= before.voxels + 1e-6).all()
