from pathlib import Path

import numpy as np
import pytest

from hemipelvis.errors import InputError
from hemipelvis.export.check_mesh import topology
from hemipelvis.field import Field, box, cylinder, sphere
from hemipelvis.lattice.calibrate import Calibration, calibrate
from hemipelvis.lattice.mesh_part import PrintPart, mesh_part
from hemipelvis.lattice.preview import preview
from hemipelvis.layered_mesh import FACES, VERTICES
from hemipelvis.mesh import Mesh
from hemipelvis.settings import LatticeSettings
from hemipelvis.shells import find_shells
from hemipelvis.volume import Volume

SETTINGS = LatticeSettings()
CENTRE = np.array([-300.0, 280.0, -550.0])
LENGTHWISE = np.array([9.0, 0.0, 0.0])


def assert_manifold(mesh: Mesh) -> None:
    t = topology(mesh)
    assert (t.welded_vertices, t.degenerate, t.open_edges, t.wrong_edges, t.fans.pinched, t.crossing) == (0,) * 6


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return calibrate(SETTINGS)


def grids(envelope: Field, solid: Field, half: float = 7.0) -> tuple[Volume, Volume]:
    outer = envelope.sampled(CENTRE - half, CENTRE + half, 0.5)
    return outer, (solid & envelope).on(outer)


def rod() -> Field:
    return cylinder(CENTRE - LENGTHWISE, CENTRE + LENGTHWISE, 1.5)


@pytest.fixture(scope="module")
def part(calibration: Calibration, tmp_path_factory: pytest.TempPathFactory) -> PrintPart:
    return mesh_part(*grids(sphere(CENTRE, 5), rod()), calibration, SETTINGS, tmp_path_factory.mktemp("part"))


@pytest.fixture(scope="module")
def mesh(part: PrintPart) -> Mesh:
    return part.mesh.whole()


def test_the_part_is_one_closed_shell(part: PrintPart, mesh: Mesh) -> None:
    assert len(find_shells(mesh.vertices, mesh.faces).volumes_mm3) == 1
    assert mesh.trimesh().is_watertight
    assert mesh.trimesh().is_winding_consistent
    assert part.measures["volume_mm3"] == pytest.approx(mesh.volume_mm3)


def test_the_part_is_a_manifold_in_the_file(part: PrintPart, mesh: Mesh) -> None:
    assert min(part.counts["cells_copied"], part.counts["cells_evaluated"]) > 30
    assert_manifold(mesh)


def test_copied_cells_meet_evaluated_ones_without_a_step(mesh: Mesh, calibration: Calibration, tmp_path: Path) -> None:
    """Grading over no depth at all evaluates every cell: the two meshes then enclose the same."""
    graded = SETTINGS.model_copy(update={"core_porosity": SETTINGS.porosity})
    every = mesh_part(*grids(sphere(CENTRE, 5), rod()), calibrate(graded), graded, tmp_path)
    assert every.counts["cells_copied"] == 0
    assert every.measures["volume_mm3"] == pytest.approx(mesh.volume_mm3, rel=1e-4)
    assert_manifold(every.mesh.whole())


def test_the_same_part_gives_the_same_bytes(part: PrintPart, calibration: Calibration, tmp_path: Path) -> None:
    again = mesh_part(*grids(sphere(CENTRE, 5), rod()), calibration, SETTINGS, tmp_path)
    assert all((tmp_path / n).read_bytes() == (part.mesh.folder / n).read_bytes() for n in (VERTICES, FACES))
    assert again.mesh.counts == part.mesh.counts


def test_the_lattice_holds_its_porosity(calibration: Calibration, tmp_path: Path) -> None:
    """The difference of two boxes whole cells apart is lattice alone: sides and corners cancel with the smaller one."""
    cell, metal = calibration.cell_mm, []
    for cells in (4, 6, 8):
        half = cells * cell / 2
        outer, solid = grids(box(CENTRE, (half, half, half)), sphere(CENTRE + 90, 1), 6.0)
        metal.append(mesh_part(outer, solid, calibration, SETTINGS, tmp_path).measures["volume_mm3"] / cell**3)
    share = (metal[2] - 2 * metal[1] + metal[0]) / (8**3 - 2 * 6**3 + 4**3)
    assert share == pytest.approx(0.30, abs=0.03)


def core_of(tmp_path: Path, **settings: object) -> PrintPart:
    chosen = LatticeSettings.model_validate(settings)
    return mesh_part(*grids(sphere(CENTRE, 5), sphere(CENTRE + 90, 1)), calibrate(chosen), chosen, tmp_path)


@pytest.mark.parametrize("core", ["solid", "hollow"])
def test_the_lattice_is_confined_to_a_depth(core: str, tmp_path: Path) -> None:
    """A core of radius 3 mm gains 70 % of its ball in metal when solid, and loses 30 % of it when hollow."""
    whole, cored = core_of(tmp_path / "a"), core_of(tmp_path / "b", core=core, depth_mm=2.0)
    gained = cored.measures["volume_mm3"] - whole.measures["volume_mm3"]
    share = {"solid": 0.7, "hollow": -0.3}[core]
    assert gained == pytest.approx(share * 4 / 3 * np.pi * 27, rel=0.1)
    assert_manifold(cored.mesh.whole())


def test_porosity_passes_to_the_core_s(tmp_path: Path) -> None:
    volumes = [core_of(tmp_path / str(p), core_porosity=p, grade_mm=1.0).measures["volume_mm3"] for p in (0.7, 0.5)]
    inner = 4 / 3 * np.pi * 4**3
    assert 0.2 * inner < volumes[1] - volumes[0] < 0.2 * 4 / 3 * np.pi * 5**3


def test_the_part_stays_within_the_envelope(mesh: Mesh) -> None:
    assert np.linalg.norm(mesh.vertices - CENTRE, axis=1).max() < 5.01


def test_floating_pieces_and_sealed_voids_are_dropped_and_counted(calibration: Calibration, tmp_path: Path) -> None:
    hollow = sphere(CENTRE, 4) - sphere(CENTRE, 1.5)
    speck = sphere(CENTRE + 0.6 * LENGTHWISE, 0.8)
    found = mesh_part(*grids(hollow | speck, hollow | speck), calibration, SETTINGS, tmp_path)
    assert (found.counts["islands"], found.counts["pockets"]) == (1, 1)
    assert found.measures["pocket_mm3"] == pytest.approx(4 / 3 * np.pi * 1.5**3, rel=0.1)
    assert found.mesh.whole().volume_mm3 == pytest.approx(4 / 3 * np.pi * 64, rel=0.02)
    assert any("void" in warning for warning in found.warnings)


def test_the_solid_is_all_metal(mesh: Mesh, calibration: Calibration, tmp_path: Path) -> None:
    full = sphere(CENTRE, 5)
    metal = mesh_part(*grids(full, full), calibration, SETTINGS, tmp_path).measures["volume_mm3"]
    assert metal == pytest.approx(4 / 3 * np.pi * 125, rel=0.01)
    assert mesh.volume_mm3 < 0.6 * metal


def test_other_grids_are_refused(calibration: Calibration, tmp_path: Path) -> None:
    outer, solid = grids(sphere(CENTRE, 5), rod())
    with pytest.raises(InputError, match="one grid"):
        mesh_part(outer, Volume(solid.voxels, solid.spacing, solid.origin + 1), calibration, SETTINGS, tmp_path)


def test_an_empty_envelope_is_refused(calibration: Calibration, tmp_path: Path) -> None:
    outer, solid = grids(sphere(CENTRE, 5), rod())
    with pytest.raises(InputError, match="empty envelope"):
        mesh_part(outer.like(np.ones_like(outer.voxels)), solid, calibration, SETTINGS, tmp_path)


def test_a_preview_is_as_small_as_asked() -> None:
    outer, _ = grids(sphere(CENTRE, 5), rod())
    assert 0 < len(preview(outer, 2000).faces) <= 2000
