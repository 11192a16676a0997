import re
from typing import Literal

import numpy as np
import pytest

from hemipelvis.errors import InputError
from hemipelvis.lattice.calibrate import Calibration, calibrate, thin_struts, unit_sizes
from hemipelvis.lattice.cell_mesh import meshed_euler, meshed_porosity
from hemipelvis.lattice.gyroid import gyroid, level_of, nodes, solid_value
from hemipelvis.settings import LatticeSettings


@pytest.fixture(scope="module")
def network() -> Calibration:
    return calibrate(LatticeSettings())


def test_the_stated_pore_has_the_stated_size(network: Calibration) -> None:
    assert network.throat_um == pytest.approx(600)
    assert network.throat_um < network.mean_um < network.inscribed_um


def test_network_sizes_agree_with_published_proportions() -> None:
    level = level_of("network", 0.7)
    found = unit_sizes("network", level)
    assert level == pytest.approx(-0.6162, abs=5e-4)
    assert [found.pore.throat, found.pore.inscribed, found.pore.mean] == pytest.approx(
        [0.5497, 0.5874, 0.581], rel=0.01
    )
    assert [found.strut_min, found.strut_mean] == pytest.approx([0.316, 0.321], rel=0.01)


def test_sheet_sizes_agree_with_published_proportions() -> None:
    level = level_of("sheet", 0.7)
    found = unit_sizes("sheet", level)
    assert level == pytest.approx(0.4637, abs=5e-4)
    assert [found.pore.throat, found.pore.inscribed, found.pore.mean] == pytest.approx(
        [0.3464, 0.3616, 0.355], rel=0.01
    )
    assert found.strut_min == pytest.approx(0.087, rel=0.01)
    assert found.strut_mean == pytest.approx(0.1005, rel=0.04)


def test_the_mesh_s_own_sizes_tend_to_the_formula_s() -> None:
    exact, errors = unit_sizes("network", level_of("network", 0.7)).pore.throat, []
    for n in (6, 12):
        found = calibrate(LatticeSettings(samples_per_cell=n))
        errors.append(abs(found.throat_um / 1000 / found.cell_mm - exact))
    assert errors[1] < errors[0] / 2


def test_struts_that_print_thicker_are_drawn_thinner(network: Calibration) -> None:
    grown = calibrate(LatticeSettings(print_growth_um=80))
    assert grown.throat_um == pytest.approx(600)
    assert grown.strut_min_mm + 0.08 == pytest.approx(network.strut_min_mm, abs=0.02)
    assert grown.drawn_porosity > 0.75


def test_a_growth_thicker_than_the_struts_is_refused() -> None:
    with pytest.raises(InputError, match="print_growth_um"):
        calibrate(LatticeSettings(print_growth_um=250, pore_um=200))


@pytest.mark.parametrize("definition", ["inscribed", "mean"])
def test_the_pore_definition_says_which_size_is_stated(definition: Literal["inscribed", "mean"]) -> None:
    found = calibrate(LatticeSettings(pore_definition=definition, pore_um=500))
    assert {"inscribed": found.inscribed_um, "mean": found.mean_um}[definition] == pytest.approx(500)


def test_the_mesh_holds_the_porosity_and_the_topology(network: Calibration) -> None:
    assert meshed_porosity("network", network.mesh_level, network.samples_per_cell) == pytest.approx(0.70, abs=1e-4)
    assert meshed_euler("network", network.mesh_level, network.samples_per_cell) == -8


def test_the_level_of_the_mesh_tends_to_the_formula_s() -> None:
    errors = [abs(meshed_porosity("network", level_of("network", 0.7), n) - 0.7) for n in (8, 16, 32)]
    assert np.polyfit(np.log([8, 16, 32]), np.log(errors), 1)[0] == pytest.approx(-2, abs=0.4)


@pytest.mark.parametrize("porosity", [0.5, 0.65, 0.8])
@pytest.mark.parametrize("kind", ["network", "sheet"])
def test_the_level_gives_the_porosity(kind: str, porosity: float) -> None:
    values = solid_value(kind, gyroid(nodes(71) + 0.003))  # type: ignore[arg-type]
    assert np.mean(values >= level_of(kind, porosity)) == pytest.approx(porosity, abs=5e-4)  # type: ignore[arg-type]


def test_thin_struts_are_told_and_the_pore_that_mends_them(network: Calibration) -> None:
    (warning,) = thin_struts(network, 0.35, "printer")
    pore_um = float(re.findall(r"pore_um = (\d+)", warning)[0])
    assert f"{network.mesh_strut_min_mm:.3f} mm in the mesh" in warning
    assert 0.35 <= calibrate(LatticeSettings(pore_um=pore_um)).mesh_strut_min_mm < 0.351
    assert thin_struts(network, 0.3, "printer") == ()


def test_struts_under_half_of_the_printer_s_least_are_refused(network: Calibration) -> None:
    with pytest.raises(InputError, match=r"export\.machine"):
        thin_struts(network, 2.01 * network.mesh_strut_min_mm, "printer")
    assert len(thin_struts(network, 1.99 * network.mesh_strut_min_mm, "printer")) == 1


def test_the_mesh_s_struts_are_thinner_than_the_formula_s_by_what_chords_cut_off(network: Calibration) -> None:
    assert 0.9 < network.mesh_strut_min_mm / network.strut_min_mm < 1


def test_samples_too_coarse_for_the_lattice_are_refused() -> None:
    with pytest.raises(InputError, match="samples_per_cell"):
        calibrate(LatticeSettings(kind="sheet", samples_per_cell=4))
