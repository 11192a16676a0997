import numpy as np
import pytest

from hemipelvis.export.letters import MARGIN_MM, PER_MM, text_mask


def test_capitals_have_their_height() -> None:
    rows = np.flatnonzero(text_mask(("H",), 3.0).any(axis=1))
    assert (rows[-1] - rows[0] + 1) / PER_MM == pytest.approx(3.0, abs=0.1)


def test_letters_keep_their_margin() -> None:
    rows, columns = np.nonzero(text_mask(("L", "K012"), 3.0))
    mask = text_mask(("L", "K012"), 3.0)
    room = min(rows.min(), columns.min(), mask.shape[0] - 1 - rows.max(), mask.shape[1] - 1 - columns.max())
    assert room / PER_MM == pytest.approx(MARGIN_MM, abs=0.1)
