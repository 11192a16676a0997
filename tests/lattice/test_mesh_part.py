import numpy as np
import pytest

from hemipelvis.errors import InputError
from hemipelvis.field import Field, box, cylinder, sphere
from hemipelvis.lattice.calibrate import Calibration, calibrate
from hemipelvis.lattice.mesh_part import PrintPart, mesh_part
from hemipelvis.lattice.preview import preview
from hemipelvis.settings import LatticeSettings
from hemipelvis.shells import find_shells
from hemipelvis.volume import Volume

SETTINGS = LatticeSettings()
CENTRE = np.array([-300.0, 280.0, -550.0])
LENGTHWISE = np.array([9.0, 0.0, 0.0])


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return calibrate(SETTINGS)


def grids(envelope: Field, solid: Field, half: float = 7.0) -> tuple[Volume, Volume]:
    outer = envelope.sampled(CENTRE - half, CENTRE + half, 0.5)
    return outer, (solid & envelope).on(outer)


def rod() -> Field:
    return cylinder(CENTRE - LENGTHWISE, CENTRE + LENGTHWISE, 1.5)


@pytest.fixture(scope="module")
def part(calibration: Calibration) -> PrintPart:
    return mesh_part(*grids(sphere(CENTRE, 5), rod()), calibration, SETTINGS)


def test_the_part_is_one_closed_shell(part: PrintPart) -> None:
    assert len(find_shells(part.mesh.vertices, part.mesh.faces).volumes_mm3) == 1
    assert part.mesh.trimesh().is_watertight
    assert part.mesh.trimesh().is_winding_consistent
    assert part.measures["volume_mm3"] == pytest.approx(part.mesh.volume_mm3)


def test_slabs_do_not_show(part: PrintPart, calibration: Calibration) -> None:
    other = mesh_part(*grids(sphere(CENTRE, 5), rod()), calibration, SETTINGS, slab=5)
    assert np.array_equal(part.mesh.vertices, other.mesh.vertices)
    assert np.array_equal(part.mesh.faces, other.mesh.faces)


def test_the_lattice_holds_its_porosity(calibration: Calibration) -> None:
    """The difference of two boxes whole cells apart is lattice alone: sides and corners cancel with the smaller one."""
    cell, metal = calibration.cell_mm, []
    for cells in (4, 6, 8):
        half = cells * cell / 2
        outer, solid = grids(box(CENTRE, (half, half, half)), sphere(CENTRE + 90, 1), 6.0)
        metal.append(mesh_part(outer, solid, calibration, SETTINGS).mesh.volume_mm3 / cell**3)
    share = (metal[2] - 2 * metal[1] + metal[0]) / (8**3 - 2 * 6**3 + 4**3)
    assert share == pytest.approx(0.30, abs=0.03)


def test_the_part_stays_within_the_envelope(part: PrintPart) -> None:
    assert np.linalg.norm(part.mesh.vertices - CENTRE, axis=1).max() < 5.01


def test_floating_pieces_and_sealed_voids_are_dropped_and_counted(calibration: Calibration) -> None:
    hollow = sphere(CENTRE, 4) - sphere(CENTRE, 1.5)
    speck = sphere(CENTRE + 0.6 * LENGTHWISE, 0.8)
    found = mesh_part(*grids(hollow | speck, hollow | speck), calibration, SETTINGS)
    assert (found.counts["islands"], found.counts["pockets"]) == (1, 1)
    assert found.measures["pocket_mm3"] == pytest.approx(4 / 3 * np.pi * 1.5**3, rel=0.1)
    assert found.mesh.volume_mm3 == pytest.approx(4 / 3 * np.pi * 64, rel=0.02)
    assert any("void" in warning for warning in found.warnings)


def test_the_solid_is_all_metal(part: PrintPart, calibration: Calibration) -> None:
    full = sphere(CENTRE, 5)
    metal = mesh_part(*grids(full, full), calibration, SETTINGS).mesh.volume_mm3
    assert metal == pytest.approx(4 / 3 * np.pi * 125, rel=0.01)
    assert part.mesh.volume_mm3 < 0.6 * metal


def test_other_grids_are_refused(calibration: Calibration) -> None:
    outer, solid = grids(sphere(CENTRE, 5), rod())
    with pytest.raises(InputError, match="one grid"):
        mesh_part(outer, Volume(solid.voxels, solid.spacing, solid.origin + 1), calibration, SETTINGS)


def test_an_empty_envelope_is_refused(calibration: Calibration) -> None:
    outer, solid = grids(sphere(CENTRE, 5), rod())
    with pytest.raises(InputError, match="empty envelope"):
        mesh_part(outer.like(np.ones_like(outer.voxels)), solid, calibration, SETTINGS)


def test_a_preview_is_as_small_as_asked() -> None:
    outer, _ = grids(sphere(CENTRE, 5), rod())
    assert 0 < len(preview(outer, 2000).faces) <= 2000
