"""The engineer's corrections to the old screws found: mark, drop, split, merge, add."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from hemipelvis.arrays import Array, Point
from hemipelvis.errors import InputError
from hemipelvis.field import position_on_segment
from hemipelvis.hardware import OldScrew
from hemipelvis.settings import OldScrewAdd, OldScrewEdit, OldScrewSettings

NEAR_MM = 10.0
"""A point to split at is read off a picture: farther from the axis it belongs to another screw."""
LEAST_MM = 2.0
"""A shorter piece has no axis."""

Screws = Mapping[int, OldScrew]


def edit_screws(
    found: tuple[OldScrew, ...], settings: OldScrewSettings
) -> tuple[tuple[OldScrew, ...], tuple[str, ...]]:
    """The screws as corrected, ordered by id, and what was done to each.

    Ids are those of the uncorrected run; new screws get the next ones, splits first. Edits are done in their order.
    Raises InputError for an id that is not there, a point that no piece passes, and a screw without length.
    """
    screws: Screws = {s.id: s for s in found}
    notes: list[str] = []
    for edit in settings.edit:
        _known(edit.id, screws, "an edit")
        screws, said = _edited(screws, edit)
        notes.append(f"old screw {edit.id}: {said} as stated in case.toml")
    for stated in settings.add:
        new = _added(_next(screws), stated)
        screws = {**screws, new.id: new}
        notes.append(f"old screw {new.id} ({new.host}): added as stated in case.toml")
    return tuple(screws[k] for k in sorted(screws)), tuple(notes)


def _known(number: int, screws: Screws, what: str) -> None:
    if number not in screws:
        raise InputError(
            f"{what} of old screw {number}",
            f"one of the screws found: {sorted(screws) or 'none'}",
            "correct the id under [[old_screws.edit]]",
        )


def _next(screws: Screws) -> int:
    return max(screws, default=0) + 1


def _edited(screws: Screws, edit: OldScrewEdit) -> tuple[Screws, str]:
    one = screws[edit.id]
    rest = {k: s for k, s in screws.items() if k != edit.id}
    if edit.drop:
        return rest, "dropped"
    if edit.merge_with is not None:
        _known(edit.merge_with, rest, "a merge")
        tip = rest.pop(edit.merge_with)
        return {**rest, one.id: _marked(_merged(one, tip), edit)}, f"merged with {tip.id}, its tip,"
    if edit.split_at is not None:
        head, tip = _split(one, np.array(edit.split_at, float), _next(screws))
        return {**rest, one.id: _marked(head, edit), tip.id: tip}, f"split, its tip is now screw {tip.id},"
    return {**rest, one.id: _marked(one, edit)}, "marked"


def _marked(screw: OldScrew, edit: OldScrewEdit) -> OldScrew:
    return replace(screw, confidence=1.0, broken=screw.broken if edit.broken is None else edit.broken)


def _merged(head: OldScrew, tip: OldScrew) -> OldScrew:
    """One broken screw of two: it was in bone where its tip is, in a channel as thick as both together say."""
    lengths = [sum(float(np.linalg.norm(q - p)) for p, q in s.pieces) for s in (head, tip)]
    diameter = float(np.average([head.diameter_mm, tip.diameter_mm], weights=lengths))
    pieces = head.pieces + tip.pieces
    return replace(tip, id=head.id, head=head.head, diameter_mm=diameter, pieces=pieces, broken=True)


def _split(screw: OldScrew, at: Point, number: int) -> tuple[OldScrew, OldScrew]:
    """Two screws of one, parted where its axis passes a point: the head's part keeps the id."""
    off, place, along = min(_passing(k, p, q, at) for k, (p, q) in enumerate(screw.pieces))
    start, end = screw.pieces[place]
    cut, length = start + along * (end - start), float(np.linalg.norm(end - start))
    if off > NEAR_MM:
        raise _unsplit(screw, at, f"which is {off:.0f} mm from its axis", f"a point within {NEAR_MM:.0f} mm of it")
    before, after = screw.pieces[:place], screw.pieces[place + 1 :]
    before += ((start, cut),) if along * length >= LEAST_MM else ()
    after = (((cut, end),) if (1 - along) * length >= LEAST_MM else ()) + after
    if not before or not after:
        raise _unsplit(screw, at, "which is its end", f"a point {LEAST_MM:.0f} mm or more from its head and tip")
    first = _part(screw, screw.id, before)
    return replace(first, tunnel=before[-1]), _part(screw, number, after)


def _passing(place: int, start: Point, end: Point, at: Point) -> tuple[float, int, float]:
    """Distance of a point from a piece, the piece's place, and where along it (0 to 1) it is nearest."""
    along = float(position_on_segment(at[None], start, end)[0])
    nearest: Array = start + along * (end - start)
    return float(np.linalg.norm(at - nearest)), place, along


def _part(screw: OldScrew, number: int, pieces: tuple[tuple[Point, Point], ...]) -> OldScrew:
    ends = replace(screw, head=pieces[0][0], tip=pieces[-1][1])
    return replace(ends, id=number, pieces=pieces, broken=len(pieces) > 1, confidence=1.0)


def _unsplit(screw: OldScrew, at: Point, why: str, expected: str) -> InputError:
    return InputError(
        f"split_at = {at.tolist()} for old screw {screw.id}, {why}", expected, "correct it under [[old_screws.edit]]"
    )


def _added(number: int, stated: OldScrewAdd) -> OldScrew:
    head, tip = np.array(stated.head, float), np.array(stated.tip, float)
    if np.linalg.norm(tip - head) < LEAST_MM:
        raise InputError(
            f"an old screw from {head.tolist()} to {tip.tolist()}",
            f"{LEAST_MM:.0f} mm or more of length",
            "correct head and tip (LPS mm) under [[old_screws.add]]",
        )
    line = ((head, tip),)
    return OldScrew(number, stated.host, head, tip, stated.diameter_mm, stated.broken, line, line[0])
