import numpy as np
import pytest

from hemipelvis.field import cylinder, sphere
from hemipelvis.lattice.calibrate import calibrate
from hemipelvis.lattice.cell_layer import cell_layer, layer_faces, neighbours
from hemipelvis.lattice.cell_shells import layer_roots, patches
from hemipelvis.lattice.part_field import part_field
from hemipelvis.lattice.unit_cell import cell_corners, unit_cell
from hemipelvis.settings import LatticeSettings
from hemipelvis.shells import find_roots

C = calibrate(LatticeSettings())
UNIT = unit_cell(C.kind, C.level, C.mesh_level, C.samples_per_cell)


def test_what_hangs_together_by_patches_hangs_together_by_triangles() -> None:
    outer = sphere((1, 2, 3), 5).sampled((-6, -5, -4), (8, 9, 10), 0.5)
    field = part_field(outer, cylinder((1, 2, -4), (1, 2, 10), 2).on(outer), C, LatticeSettings())
    layer = cell_layer(field, UNIT, 2, 0)
    above = cell_layer(field, UNIT, 3, len(layer.vertices))
    around = neighbours(layer, above)
    vertices = np.concatenate([layer.vertices, above.vertices])
    (faces, _), count = layer_faces(layer, around, UNIT, vertices), len(vertices)
    assert min(layer.copied, layer.evaluated) > 10
    by_patch = layer_roots(layer, around, count, faces[: around.triangles.sum()], patches(UNIT))
    assert np.array_equal(by_patch, find_roots(count, faces))


def test_patches_hold_all_of_the_cell_s_triangles_and_volume() -> None:
    corners, parts = cell_corners(UNIT), patches(UNIT)
    assert parts.faces.sum() == len(corners)
    enclosed = np.einsum("fi,fi->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    assert parts.volumes.sum() == pytest.approx(enclosed)
    assert parts.areas.sum(axis=0) == pytest.approx(np.cross(*np.diff(corners, axis=1).swapaxes(0, 1)).sum(axis=0) / 2)
