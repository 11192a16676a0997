import numpy as np
import pytest

from hemipelvis.lattice.gyroid import Kind, gyroid, level_of, mean_curvature, nodes, solid_value, surface_points
from hemipelvis.lattice.pore_size import distances
from hemipelvis.lattice.printed import drawn_for, share_free


@pytest.mark.parametrize(("kind", "level"), [("network", -0.8), ("network", -0.4), ("sheet", 0.4)])
def test_steiner_s_formula_counts_the_space_beyond_an_offset(kind: Kind, level: float) -> None:
    points = nodes(20).reshape(-1, 3) + 0.013
    away = distances(points, surface_points((level,) if kind == "network" else (-level, level)))
    signed = np.where(solid_value(kind, gyroid(points)) < level, -away, away)
    assert share_free(kind, level, 0.05) == pytest.approx(np.mean(signed > 0.05), abs=3e-3)


def test_the_gyroid_itself_is_nearly_minimal_and_network_struts_bulge() -> None:
    assert np.abs(mean_curvature(surface_points((0.0,), 24))).max() < 1.0
    assert mean_curvature(surface_points((-0.6,), 24)).mean() > 1.0


def test_the_print_of_the_drawing_holds_the_porosity() -> None:
    drawn = drawn_for("network", 0.7, 0.6, 0.08, "throat")
    assert share_free("network", drawn.level, 0.04 / drawn.cell_mm) == pytest.approx(0.7, abs=1e-3)


def test_without_growth_the_level_is_the_formula_s() -> None:
    assert drawn_for("network", 0.7, 0.6, 0.0, "throat").level == level_of("network", 0.7)
