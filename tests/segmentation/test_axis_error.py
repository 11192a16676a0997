"""Laws of the standard errors of a rod's axis."""

from dataclasses import replace

import numpy as np
import pytest

from hemipelvis.arrays import unit
from hemipelvis.segmentation.axis_error import axis_error
from hemipelvis.segmentation.screw_axes import STEP_MM, Rod
from hemipelvis.volume import Volume

DIRECTION = unit([0.8, 0.5, 0.3])
FINE = Volume(np.zeros((2, 2, 2), np.int16), np.full(3, 1e-6), np.zeros(3))
COARSE = Volume(FINE.voxels, np.array([0.8, 0.8, 1.5]), np.zeros(3))


def rod(length_mm: float) -> Rod:
    t = np.arange(-length_mm / 2, length_mm / 2, STEP_MM)
    return Rod(np.zeros(3), DIRECTION, t, np.ones(len(t), bool), 3.5, 0.2, 0.0, 0.0)


def test_errors_are_those_of_a_regression_through_sections_a_diameter_apart() -> None:
    t, rng = np.linspace(-25, 25, 11), np.random.default_rng(2)
    seen = np.linspace(-25 + 50 / 22, 25 - 50 / 22, 11)
    fits = [np.polyfit(seen, rng.normal(0, 0.2, len(t)), 1) for _ in range(4000)]
    error = axis_error(FINE, rod(50.0), 50 / 11, rod(50.0).at(-STEP_MM / 2))
    assert error.line_mm == pytest.approx(np.std([f[1] for f in fits]), rel=0.05)
    assert np.tan(np.radians(error.axis_deg)) == pytest.approx(np.std([f[0] for f in fits]), rel=0.05)


def test_a_longer_free_stretch_tells_the_direction_with_the_power_three_halves() -> None:
    slopes = [np.tan(np.radians(axis_error(COARSE, rod(n), 4.0, np.zeros(3)).axis_deg)) for n in (20.0, 80.0)]
    assert slopes[0] / slopes[1] == pytest.approx(8, rel=1e-6)


def test_away_from_what_was_seen_the_line_is_surer_nowhere() -> None:
    lines = [axis_error(COARSE, rod(20.0), 5.0, s * DIRECTION).line_mm for s in (0.0, 10.0, 20.0, 40.0)]
    assert np.all(np.diff(lines) > 0)


def test_coarser_voxels_and_more_scatter_make_it_less_sure() -> None:
    sure = axis_error(FINE, rod(20.0), 5.0, np.zeros(3)).line_mm
    assert axis_error(COARSE, rod(20.0), 5.0, np.zeros(3)).line_mm > sure
    assert axis_error(FINE, replace(rod(20.0), scatter_mm=0.5), 5.0, np.zeros(3)).line_mm > sure
