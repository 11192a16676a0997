from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from hemipelvis.arrays import Array
from hemipelvis.field import cylinder, sphere
from hemipelvis.lattice.calibrate import calibrate
from hemipelvis.lattice.cell_kinds import EMPTY, cell_kinds
from hemipelvis.lattice.cell_surface import sample_cells
from hemipelvis.lattice.part_field import PartField, part_field
from hemipelvis.lattice.part_value import CORE, COUNT, ENVELOPE, EVERY, LATTICE, LATTICE_CORE
from hemipelvis.settings import LatticeSettings


def field(**settings: object) -> PartField:
    chosen = LatticeSettings.model_validate(settings)
    outer = sphere((1, 2, 3), 7).sampled((-8, -7, -6), (10, 11, 12), 0.5)
    solid = cylinder((1, 2, -4), (1, 2, 10), 2).on(outer)
    return part_field(outer, solid, calibrate(chosen), chosen)


def layers(part: PartField) -> Iterator[tuple[Array, Array]]:
    """Cells (c, 3) and their terms (c,), layer by layer."""
    n = part.samples
    first = (part.lower[0] // n, part.lower[1] // n)
    for cell_z in range(part.lower[2] // n, part.upper[2] // n + 1):
        kinds = cell_kinds(part, cell_z, first, (14, 14))
        y, x = np.indices(kinds.shape)
        cells = np.stack([x + first[0], y + first[1], np.full(x.shape, cell_z)], axis=-1)
        yield cells.reshape(-1, 3), kinds.reshape(-1)


def values(part: PartField, cells: Array, terms: Array) -> Array:
    out = np.empty((len(cells), *(part.samples + 1,) * 3), np.float32)
    sample_cells(*part.arrays, cells, terms, out)
    return out.reshape(len(cells), -1)


@pytest.mark.parametrize(
    "settings",
    [{}, {"core": "solid", "depth_mm": 2.0}, {"core": "hollow", "depth_mm": 2.0}],
    ids=["", "solid", "hollow"],
)
def test_terms_left_out_change_no_sign(settings: dict[str, object]) -> None:
    part, seen = field(**settings), set()
    plain = replace(part, numbers=np.where(np.arange(COUNT) == CORE, LATTICE_CORE, part.numbers))
    for cells, terms in layers(part):
        whole = values(part, cells, np.full_like(terms, EVERY)) < 0
        some = np.where((terms == LATTICE)[:, None], values(plain, cells, terms), values(part, cells, terms)) < 0
        empty = terms == EMPTY
        assert np.array_equal(whole[~empty], some[~empty])
        assert (whole[empty].all(axis=1) | ~whole[empty].any(axis=1)).all()
        seen |= {*terms.tolist()}
    assert len(seen) >= 4


def test_a_cell_that_looks_at_the_envelope_is_cut_by_it_or_nearly() -> None:
    """Bounds are exact: nodes stand close enough to show a change of sign that is no mere touch."""
    part = field()
    for cells, terms in layers(part):
        outer = values(part, cells, np.full_like(terms, ENVELOPE))
        assert outer[(terms & ENVELOPE) > 0].max(axis=1, initial=-1).min(initial=0) > -0.05
