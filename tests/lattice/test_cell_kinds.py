import numpy as np
import pytest

from hemipelvis.field import cylinder, sphere
from hemipelvis.lattice.calibrate import calibrate
from hemipelvis.lattice.cell_kinds import EMPTY, LATTICE, cell_kinds
from hemipelvis.lattice.cell_surface import sample_cells
from hemipelvis.lattice.part_field import PartField, part_field
from hemipelvis.settings import LatticeSettings


@pytest.fixture(scope="module")
def field() -> PartField:
    settings = LatticeSettings()
    outer = sphere((1, 2, 3), 7).sampled((-8, -7, -6), (10, 11, 12), 0.5)
    solid = cylinder((1, 2, -4), (1, 2, 10), 2).on(outer)
    return part_field(outer, solid, calibrate(settings), settings)


def test_cells_taken_for_empty_hold_no_surface_and_copied_ones_are_pure_lattice(field: PartField) -> None:
    n = field.samples
    lattice = np.full_like(field.solid, 1e3), np.full_like(field.envelope, -1e3)
    for cell_z in range(field.lower[2] // n, field.upper[2] // n + 1):
        first = (field.lower[0] // n, field.lower[1] // n)
        kinds = cell_kinds(field, cell_z, first, (14, 14))
        y, x = np.indices(kinds.shape)
        cells = np.stack([x + first[0], y + first[1], np.full(x.shape, cell_z)], axis=-1).reshape(-1, 3)
        values = np.empty((len(cells), n + 1, n + 1, n + 1), np.float32)
        pure = np.empty_like(values)
        sample_cells(*field.arrays, cells, values)
        sample_cells(lattice[1], lattice[0], *field.arrays[2:], cells, pure)
        signs = (values < 0).reshape(len(cells), -1)
        empty, copied = kinds.reshape(-1) == EMPTY, kinds.reshape(-1) == LATTICE
        assert (signs[empty].all(axis=1) | ~signs[empty].any(axis=1)).all()
        assert np.array_equal(signs[copied], (pure < 0).reshape(len(cells), -1)[copied])
