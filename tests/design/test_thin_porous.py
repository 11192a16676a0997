"""Porous layers thin and thick."""

import numpy as np
import pytest

from hemipelvis.arrays import unit
from hemipelvis.design.measure_body import filled_mm3
from hemipelvis.design.thin_porous import LEAST_WALL_MM, without_thin_porous
from hemipelvis.export.walls import widths
from hemipelvis.field import Field, box, half_space
from hemipelvis.frames import Plane
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


def test_a_stout_solid_loses_no_more_than_its_edges() -> None:
    before, after = under(4.0), without_thin_porous(sampled(BLOCK), under(4.0), 2.0)
    assert (after.voxels[before.voxels < -0.6] < 0).all()


def test_just_under_a_bare_face_the_solid_is_as_far_as_under_the_layer() -> None:
    """Else a solid that is grown by an overlap would close the face with a film, and powder would stay behind it."""
    after = without_thin_porous(sampled(BLOCK), under(5.0), 2.0)
    depths = np.array([0.1, 0.5, 1.0])
    places = CENTRE + np.stack([0 * depths, 0 * depths, 8 - depths], axis=1)
    assert np.allclose(after.sample(places), 5 - depths, atol=0.1)


def test_a_flap_thinner_than_a_wall_becomes_porous_and_a_thicker_one_stays() -> None:
    for flap_mm, left in ((0.7, False), (1.6, True)):
        flap = box(CENTRE + np.array([0, 0, 2.0]), (flap_mm / 2, 6, 6)) | box(CENTRE - np.array([0, 0, 6]), (9, 9, 4))
        after = without_thin_porous(sampled(BLOCK), sampled(flap & BLOCK), 2.0)
        assert (after.sample(np.add(CENTRE, [[0, 0, 4.0]]))[0] < 0) is np.bool_(left)


def test_every_wall_is_as_thick_as_the_least() -> None:
    wedge = BLOCK & half_space(Plane(CENTRE, unit([0.3, 0, 1.0])))
    after = without_thin_porous(sampled(BLOCK), sampled(wedge), 2.0)
    assert widths(after, outside=False).least_mm > 0.8 * LEAST_WALL_MM
