"""Diameters from blurred, clipped profiles."""

import numpy as np
import pytest

from hemipelvis.arrays import unit
from hemipelvis.field import cylinder
from hemipelvis.segmentation.cylinder_fit import blurred_disc, cylinder_fit
from hemipelvis.segmentation.screw_axes import STEP_MM, Rod
from hemipelvis.volume import Volume

DIRECTION = unit([0.8, 0.5, 0.3])


def scan(radius_mm: float, metal_hu: float, top_hu: float) -> Volume:
    """A rod rendered with a linear edge of the scanner's width, clipped at the top of the scale."""
    grid = Volume(np.zeros((34, 42, 58), np.uint8), np.array([0.8, 0.8, 1.25]), np.array([-23.0, -16, -20]))
    distance = cylinder(-30 * DIRECTION, 30 * DIRECTION, radius_mm).on(grid).voxels + radius_mm
    share = blurred_disc(np.maximum(distance, 0).ravel(), radius_mm, 0.55).reshape(distance.shape)
    return grid.like(np.minimum(50 + metal_hu * share, top_hu).astype(np.int16))


def rod(radius_mm: float) -> Rod:
    t = np.arange(-14, 14, STEP_MM)
    return Rod(np.zeros(3), DIRECTION, t, np.ones(len(t), bool), radius_mm + 0.3, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("diameter_mm", [3.5, 4.5, 6.5, 8.0])
@pytest.mark.parametrize("metal_hu", [4500, 7000, 11000])
def test_diameters_survive_clipping_within_half_a_millimetre(diameter_mm: float, metal_hu: float) -> None:
    fit = cylinder_fit(scan(diameter_mm / 2, metal_hu, 3071), rod(diameter_mm / 2))
    assert abs(fit.diameter_mm - diameter_mm) <= 0.5


def test_an_unclipped_scale_narrows_the_diameter_down() -> None:
    fit = cylinder_fit(scan(3.25, 9000, 30000), rod(3.25))
    assert abs(fit.diameter_mm - 6.5) <= 0.2


def test_a_blurred_disc_keeps_its_height_inside_and_half_of_it_at_the_edge() -> None:
    inside, edge, outside = blurred_disc(np.array([0.0, 10.0, 14.0]), 10.0, 0.5)
    assert inside == pytest.approx(1)
    assert edge == pytest.approx(0.5, abs=0.02)
    assert outside < 1e-6
