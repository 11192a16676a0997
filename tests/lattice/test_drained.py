import numpy as np
import pytest

from hemipelvis.arrays import unit
from hemipelvis.field import Field, half_space, sphere
from hemipelvis.frames import Plane
from hemipelvis.lattice.calibrate import calibrate
from hemipelvis.lattice.drained import drained
from hemipelvis.lattice.part_field import part_field
from hemipelvis.lattice.trapped_powder import trapped_powder
from hemipelvis.settings import LatticeSettings
from hemipelvis.volume import Volume

CENTRE = np.array([-20.0, 30.0, 5.0])
SETTINGS = LatticeSettings()
BALL = sphere(CENTRE, 7)


def sampled(form: Field) -> Volume:
    return form.sampled(CENTRE - 8, CENTRE + 8, 0.5)


def chambers(solid: Volume) -> int:
    field = part_field(sampled(BALL), solid, calibrate(SETTINGS), SETTINGS, exact=True)
    return trapped_powder(field, SETTINGS.drain_um / 1000).chambers


def wedge(normal: tuple[float, float, float], opening_deg: float) -> Volume:
    """Two solid halves with a wedge of lattice between them."""
    one, turn = unit(normal), np.radians(opening_deg)
    other = np.cos(turn) * one + np.sin(turn) * unit(np.cross(one, [0, 0, 1]))
    return sampled(BALL & (half_space(Plane(CENTRE, one)) | half_space(Plane(CENTRE, -other))))


@pytest.mark.parametrize("normal", [(0.1, 0.4, 1.0), (1.0, -0.3, 0.6)])
def test_pores_that_the_solid_cuts_off_are_filled(normal: tuple[float, float, float]) -> None:
    solid = wedge(normal, 20)
    after = drained(sampled(BALL), solid, calibrate(SETTINGS), SETTINGS)
    assert chambers(solid) == after.small > 0 == chambers(after.solid) == after.left.chambers


def test_no_more_than_the_pores_is_filled() -> None:
    solid = wedge((0.1, 0.4, 1.0), 20)
    after = drained(sampled(BALL), solid, calibrate(SETTINGS), SETTINGS)
    assert (after.solid.voxels <= solid.voxels).all()
    assert after.added_mm3 < 2.0 * after.small


def test_a_chamber_that_the_design_seals_is_told_and_not_filled() -> None:
    solid = sampled(BALL - sphere(CENTRE, 5))
    after = drained(sampled(BALL), solid, calibrate(SETTINGS), SETTINGS)
    assert after.left.chambers >= 1 and after.left.core_mm3 > 10
    assert after.solid.sample(CENTRE[None])[0] > 2
