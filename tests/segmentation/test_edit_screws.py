"""Corrections to old screws: what is stated is done, what cannot be is refused."""

import numpy as np
import pytest

from hemipelvis.arrays import Array
from hemipelvis.errors import InputError
from hemipelvis.hardware import OldScrew
from hemipelvis.segmentation.edit_screws import edit_screws
from hemipelvis.settings import OldScrewAdd, OldScrewEdit, OldScrewSettings


def rod(number: int, start: float, end: float, diameter: float = 6.0) -> OldScrew:
    line = (at(start), at(end))
    return OldScrew(number, "sacrum", *line, diameter, False, (line,), line, 0.4)


def at(x: float) -> Array:
    return np.array([x, 0.0, 0.0])


def edited(*edits: OldScrewEdit) -> tuple[OldScrew, ...]:
    return edit_screws((rod(1, 0, 30), rod(2, 32, 42, 5.0)), OldScrewSettings(edit=edits))[0]


def test_merged_screws_are_one_broken_screw_in_the_tips_tunnel() -> None:
    (one,) = edited(OldScrewEdit(id=1, merge_with=2))
    assert one.broken
    assert [p[0][0] for p in one.pieces] == [0, 32]
    assert (one.head[0], one.tip[0], one.tunnel[0][0]) == (0, 42, 32)
    assert one.diameter_mm == pytest.approx((30 * 6 + 10 * 5) / 40)


def test_splitting_undoes_merging() -> None:
    head, tip = edited(OldScrewEdit(id=1, merge_with=2), OldScrewEdit(id=1, split_at=(31, 1, 0)))
    assert (head.id, tip.id) == (1, 2)
    assert [(s.head[0], s.tip[0], s.broken) for s in (head, tip)] == [(0, 30, False), (32, 42, False)]
    np.testing.assert_allclose(head.tunnel, head.pieces[0])


def test_a_split_within_a_piece_keeps_its_length() -> None:
    head, _, tip = edited(OldScrewEdit(id=1, split_at=(12, 4, 0)))
    assert (head.tip[0], tip.head[0], tip.tip[0], tip.id) == (12, 12, 30, 3)


def test_an_added_screw_is_as_stated_and_certain() -> None:
    stated = OldScrewAdd(head=(0, 0, 0), tip=(0, 0, 40), diameter_mm=6.5, host="pubis", broken=True)
    (screw,), notes = edit_screws((), OldScrewSettings(add=(stated,)))
    assert (screw.id, screw.host, screw.diameter_mm, screw.broken, screw.confidence) == (1, "pubis", 6.5, True, 1.0)
    assert notes == ("old screw 1 (pubis): added as stated in case.toml",)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (OldScrewEdit(id=9), "old screw 9"),
        (OldScrewEdit(id=1, merge_with=1), "old screw 1"),
        (OldScrewEdit(id=1, split_at=(12, 30, 0)), "30 mm from its axis"),
        (OldScrewEdit(id=1, split_at=(-2, 0, 0)), "its end"),
    ],
)
def test_what_cannot_be_done_is_refused(edit: OldScrewEdit, message: str) -> None:
    with pytest.raises(InputError, match=message):
        edited(edit)


def test_two_corrections_of_one_kind_at_once_are_refused() -> None:
    with pytest.raises(ValueError, match="one of drop"):
        OldScrewEdit(id=1, drop=True, merge_with=2)


def test_an_added_screw_without_length_is_refused() -> None:
    stated = OldScrewAdd(head=(0, 0, 0), tip=(0, 0, 1), diameter_mm=6.5, host="none")
    with pytest.raises(InputError, match="length"):
        edit_screws((), OldScrewSettings(add=(stated,)))
