import numpy as np
import pytest

from hemipelvis.arrays import Array
from hemipelvis.export.self_intersections import self_intersections
from hemipelvis.lattice.calibrate import Calibration, calibrate
from hemipelvis.lattice.fit_surface import SPREAD, Target
from hemipelvis.lattice.gyroid import Kind
from hemipelvis.lattice.unit_cell import UnitCell, cell_corners, raw_cell, unit_cell
from hemipelvis.settings import LatticeSettings


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return calibrate(LatticeSettings())


@pytest.fixture(scope="module")
def cell(calibration: Calibration) -> UnitCell:
    c = calibration
    return unit_cell(c.kind, c.level, c.mesh_level, c.samples_per_cell)


def enclosed(corners: Array) -> float:
    """Differences of this are differences of volume while the border on the cell's faces stays the same."""
    return float(np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6)


def test_a_cell_takes_few_triangles(cell: UnitCell) -> None:
    assert len(cell.who) <= 320


def test_the_triangles_lie_close_to_the_exact_surface(cell: UnitCell, calibration: Calibration) -> None:
    corners, target = cell_corners(cell) * 8, Target(False, calibration.level, 8)
    start = np.einsum("sb,fbx->fsx", SPREAD, corners)
    foot = start
    for _ in range(4):
        foot = foot - target.distance(foot)[..., None] * target.normal(foot)
    away = 1000 * calibration.pitch_mm * np.linalg.norm(start - foot, axis=-1)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    assert (away.mean(axis=1) * area).sum() / area.sum() < 7
    assert away.max() < 35


def test_fewer_triangles_enclose_the_same(cell: UnitCell, calibration: Calibration) -> None:
    raw = raw_cell("network", calibration.mesh_level, 8)
    assert enclosed(cell_corners(cell)) == pytest.approx(enclosed(cell_corners(raw)), abs=1e-7)


def test_cells_in_a_row_are_closed(cell: UnitCell) -> None:
    """Every edge of the periodic mesh has exactly two faces, which run along it in opposite directions."""
    names = np.where(cell.who == 0, cell.which, cell.numbers.reshape(-1)[np.where(cell.who == 0, 0, cell.which)])
    edges = [(f[i], f[(i + 1) % 3]) for f in names.tolist() for i in range(3)]
    assert len(set(edges)) == len(edges)
    assert set(edges) == {(b, a) for a, b in edges}


def test_the_cell_keeps_the_topology(cell: UnitCell) -> None:
    assert len(cell.vertices) - len(cell.who) // 2 == -8


@pytest.mark.parametrize(
    ("kind", "porosity", "samples"),
    [("network", 0.7, 8), ("network", 0.8, 10), ("network", 0.6, 6)],
)
def test_no_triangle_of_a_cell_crosses_another_or_leaves_the_cell(kind: Kind, porosity: float, samples: int) -> None:
    """Cells that meet at their faces alone, and do not cross themselves, make a part that does not either."""
    c = calibrate(LatticeSettings(kind=kind, porosity=porosity, samples_per_cell=samples, pore_um=800))
    corners = cell_corners(unit_cell(c.kind, c.level, c.mesh_level, samples))
    vertices, faces = np.unique(corners.reshape(-1, 3), axis=0, return_inverse=True)
    assert corners.min() >= 0 and corners.max() <= 1
    assert self_intersections(vertices, faces.reshape(-1, 3)) == 0
