"""Broken screws whose heads have gone with the endoprosthesis, by a known rigid motion."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hemipelvis.arrays import Points
from hemipelvis.screws.migration import Migration, find_migration
from hemipelvis.screws.old_tunnels import Rod

TURN, SHIFT = Rotation.from_rotvec(np.radians([2.0, -3.0, 1.5])), np.array([-9.0, 3.0, 12.0])
LINES = [([0.0, 0, 0], [40.0, 2, 3]), ([3.0, 14, 4], [41.0, 10, 6]), ([1.0, 5, -15], [38.0, 8, -9])]
WHOLE = np.array([[2.0, 8, 20], [39.0, 6, 14]])
SHARP, BLUNT = 1e-4 * np.eye(2), 0.25 * np.eye(2)


def gone(points: Points) -> Points:
    return np.asarray(TURN.apply(points) + SHIFT)


def broken_at(ends: tuple[list[float], list[float]], aside: Points, spread: Points = BLUNT) -> tuple[Rod, Rod]:
    """A screw in two pieces, its head gone with the endoprosthesis, and aside of it."""
    start, end = np.array(ends)
    face = start + 0.4 * (end - start)
    head = gone(np.array([start, face])) + aside
    return Rod(head[0], head[1], 3, "metal", spread), Rod(face, end, 3, "metal", spread)


def found(lines: Sequence[tuple[list[float], list[float]]], spread: Points = SHARP) -> Migration:
    migration = find_migration(tuple(broken_at(ends, np.zeros(3), spread) for ends in lines))
    assert migration is not None
    return migration


def error_mm(migration: Migration) -> float:
    return float(np.sqrt(migration.spread(*gone(WHOLE)).diagonal().max()))


def test_a_whole_screw_is_taken_back_to_where_it_was_put() -> None:
    assert found(LINES).before(gone(WHOLE)) == pytest.approx(WHOLE, abs=0.02)


def test_one_broken_screw_tells_the_shift_beside_it_and_says_how_well() -> None:
    """Its own roll stays open: what is near is known to about the turn's spread times its distance."""
    migration = found(LINES[:1])
    off = np.linalg.norm(migration.before(gone(WHOLE)) - WHOLE, axis=1).max()
    assert 0.5 < error_mm(migration) < 3.0
    assert off < 2.5 * np.sqrt(2) * error_mm(migration)


def test_more_broken_screws_and_better_known_ones_tell_more() -> None:
    errors = [error_mm(found(LINES[:n], BLUNT)) for n in (1, 2, 3)]
    assert errors == sorted(errors, reverse=True)
    assert error_mm(found(LINES)) < errors[-1]


def test_the_spread_is_that_of_what_is_found_when_pieces_err() -> None:
    rng, off, told = np.random.default_rng(4), [], np.zeros(2)
    for _ in range(60):
        noisy = []
        for ends in LINES:
            start, end = np.array(ends)
            face, tip = start + 0.4 * (end - start), end
            head = gone(np.array([start, face]))
            noise = 0.5 * rng.standard_normal((4, 3))
            noisy.append(
                (Rod(head[0] + noise[0], head[1] + noise[1], 3, "metal", BLUNT),
                 Rod(face + noise[2], tip + noise[3], 3, "metal", BLUNT))
            )  # fmt: skip
        migration = find_migration(tuple(noisy))
        assert migration is not None
        back = migration.before(gone(WHOLE))
        along = (WHOLE[1] - WHOLE[0]) / np.linalg.norm(WHOLE[1] - WHOLE[0])
        across = (back - WHOLE) - np.outer((back - WHOLE) @ along, along)
        off.append((across**2).sum(axis=1) / 2)
        told = migration.spread(*gone(WHOLE)).diagonal()
    assert np.mean(off, axis=0) == pytest.approx(told, rel=0.5)
    assert (np.mean(off, axis=0) < 1.2 * told).all()


def test_pieces_that_no_rigid_motion_brings_together_make_it_less_sure() -> None:
    whole = [broken_at(ends, np.zeros(3)) for ends in LINES]
    torn = [*whole[:2], broken_at(LINES[2], np.array([0.0, 9.0, -9.0]))]
    sound, doubtful = (find_migration(tuple(s)) for s in (whole, torn))
    assert sound is not None and doubtful is not None
    assert error_mm(doubtful) > 2 * error_mm(sound)


def test_without_a_broken_screw_nothing_is_known() -> None:
    assert find_migration(()) is None
