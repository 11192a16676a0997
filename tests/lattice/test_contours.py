import numpy as np
import pytest

from hemipelvis.field import cylinder, sphere
from hemipelvis.lattice.calibrate import calibrate
from hemipelvis.lattice.contours import Cut, contours, heights_mm
from hemipelvis.lattice.mesh_part import mesh_part
from hemipelvis.lattice.part_field import PartField, part_field
from hemipelvis.settings import LatticeSettings
from hemipelvis.volume import Volume

CENTRE = np.array([-20.0, 30.0, 5.0])
SETTINGS = LatticeSettings()


def grids(radius_mm: float) -> tuple[Volume, Volume]:
    outer = sphere(CENTRE, radius_mm).sampled(CENTRE - 6, CENTRE + 6, 0.25)
    return outer, cylinder(CENTRE - [0, 0, 5], CENTRE + np.array([0, 0, 5]), 1.5).on(outer)


@pytest.fixture(scope="module")
def field() -> PartField:
    return part_field(*grids(4.5), calibrate(SETTINGS), SETTINGS, exact=True)


def test_a_solid_ball_is_cut_in_a_circle() -> None:
    ball, _ = grids(4.0)
    cut = contours(part_field(ball, ball, calibrate(SETTINGS), SETTINGS, exact=True), float(CENTRE[2]))
    assert len(cut.starts) == 2
    assert cut.area_mm2 == pytest.approx(np.pi * 16, rel=2e-3)


def test_slices_and_mesh_hold_the_same_volume(field: PartField, tmp_path_factory: pytest.TempPathFactory) -> None:
    mesh = mesh_part(*grids(4.5), calibrate(SETTINGS), SETTINGS, tmp_path_factory.mktemp("part"))
    sliced = sum(contours(field, float(z)).area_mm2 for z in heights_mm(field, 0.05)) * 0.05
    assert sliced == pytest.approx(mesh.measures["volume_mm3"], rel=5e-3)


def test_loops_are_closed_and_lie_on_the_field_s_zero(field: PartField) -> None:
    cut = contours(field, float(CENTRE[2]) + 0.3)
    ends = cut.starts[1:] - 1
    assert np.linalg.norm(cut.points[ends] - cut.points[cut.starts[:-1]], axis=1).max() < 2 * field.pitch_mm
    assert np.linalg.norm(cut.points - CENTRE[:2], axis=1).max() < 4.51


def test_above_the_part_there_is_nothing(field: PartField) -> None:
    assert len(contours(field, 40.0).points) == 0


def test_what_is_cut_from_the_field_is_cut_from_the_layer() -> None:
    ball, _ = grids(4.0)
    whole = part_field(ball, ball, calibrate(SETTINGS), SETTINGS, exact=True)
    half = Cut(lambda p: p[:, 0] - CENTRE[0], CENTRE, 6.0)
    for z in (0.0, 1.5):
        layer = contours(whole, float(CENTRE[2]) + z, half)
        assert layer.area_mm2 == pytest.approx(np.pi * (16 - z**2) / 2, rel=0.01)
        assert layer.points[:, 0].max() == pytest.approx(CENTRE[0], abs=1e-4)


def test_a_cut_out_of_reach_changes_nothing(field: PartField) -> None:
    z = float(CENTRE[2]) + 0.3
    far = Cut(lambda p: np.full(len(p), np.inf), CENTRE + np.array([0, 0, 20.0]), 6.0)
    assert np.array_equal(contours(field, z, far).points, contours(field, z).points)
