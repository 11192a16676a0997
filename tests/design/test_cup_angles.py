"""Murray's definitions, their identities, and both sides."""

import numpy as np
import pytest

from hemipelvis.arrays import unit
from hemipelvis.design.cup_angles import DEFINITIONS, CupAngles, all_angles, angles_from_opening, cup_axes
from hemipelvis.design.cup_angles import opening_from_angles as opening
from hemipelvis.errors import InputError
from hemipelvis.frames import Side

GRID = [(a, i) for a in (-10.0, 0.0, 15.0, 25.0, 40.0) for i in (20.0, 45.0, 60.0)]


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize(("anteversion", "inclination"), GRID)
def test_angles_to_an_opening_and_back(side: Side, definition: str, anteversion: float, inclination: float) -> None:
    axes = cup_axes([0.9, -0.3, 0.1], [0.1, 0.2, 1.0], side)
    back = angles_from_opening(opening(CupAngles(definition, anteversion, inclination), axes), axes, definition)
    assert abs(back.anteversion_deg - anteversion) < 1e-9
    assert abs(back.inclination_deg - inclination) < 1e-9


@pytest.mark.parametrize(("anteversion", "inclination"), GRID)
def test_murrays_identities_hold(anteversion: float, inclination: float) -> None:
    axes = cup_axes([1, 0, 0], [0, 0, 1], Side.RIGHT)
    all_three = all_angles(opening(CupAngles("radiographic", anteversion, inclination), axes), axes)
    ra, ri = np.radians([all_three["radiographic"].anteversion_deg, all_three["radiographic"].inclination_deg])
    aa, ai = np.radians([all_three["anatomical"].anteversion_deg, all_three["anatomical"].inclination_deg])
    oa, oi = np.radians([all_three["operative"].anteversion_deg, all_three["operative"].inclination_deg])
    assert abs(np.cos(ai) - np.cos(ri) * np.cos(ra)) < 1e-9
    assert abs(np.tan(aa) - np.tan(ra) / np.sin(ri)) < 1e-9
    assert abs(np.sin(oi) - np.sin(ri) * np.cos(ra)) < 1e-9
    assert abs(np.tan(oa) - np.tan(ra) / np.cos(ri)) < 1e-9
    assert abs(np.sin(ra) - np.sin(aa) * np.sin(ai)) < 1e-9
    assert abs(np.sin(ra) - np.sin(oa) * np.cos(oi)) < 1e-9


@pytest.mark.parametrize("side", list(Side))
def test_a_cup_looks_laterally_down_and_forward(side: Side) -> None:
    o = opening(CupAngles("radiographic", 25, 45), cup_axes([1, 0, 0], [0, 0, 1], side))
    assert o[0] * side.sign > 0
    assert o[1] < 0
    assert o[2] < 0


def test_both_sides_are_mirror_images() -> None:
    left, right = (opening(CupAngles("operative", 20, 40), cup_axes([1, 0, 0], [0, 0, 1], s)) for s in Side)
    assert np.allclose(left, right * [-1, 1, 1], atol=1e-15)


def test_the_axes_are_square_whatever_up_is_stated() -> None:
    axes = cup_axes([0.98, -0.18, -0.03], [0, 0.3, 1], Side.LEFT).axes
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.allclose(axes[0], unit([0.98, -0.18, -0.03]))


def test_an_unknown_definition_is_refused_with_the_known_ones() -> None:
    axes = cup_axes([1, 0, 0], [0, 0, 1], Side.LEFT)
    with pytest.raises(InputError, match="radiographic, anatomical, operative"):
        opening(CupAngles("surgical", 20, 40), axes)
    with pytest.raises(InputError, match="radiographic, anatomical, operative"):
        angles_from_opening([0, 0, 1], axes, "surgical")
