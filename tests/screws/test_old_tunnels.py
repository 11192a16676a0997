import numpy as np
import pytest

from hemipelvis.plan import Screw
from hemipelvis.screws.old_tunnels import (
    SURE,
    OldTunnel,
    Rod,
    likeliest,
    prolonged,
    travel,
    widest,
    with_unknown_tunnels,
)

ZERO, X, Y = np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
KNOWN = 0.04 * np.eye(2)
STRAIGHT = (Rod(ZERO, 10 * X, 3.25, "metal", KNOWN), Rod(12 * X, 42 * X, 3.25, "metal", KNOWN))
BENT = (Rod(4 * Y, 10 * X + 4 * Y, 3.25, "metal", KNOWN), STRAIGHT[1])


def test_a_broken_screw_was_put_in_along_its_tip_as_long_as_all_its_pieces() -> None:
    was = prolonged(BENT)
    assert np.allclose(was.end, 42 * X) and np.allclose(was.start, 2 * X)


def test_a_prolonged_line_is_known_the_worse_the_farther_it_is_prolonged() -> None:
    was = prolonged(STRAIGHT)
    errors = [was.error_mm(share) for share in (0.0, 0.25, 0.5)]
    assert errors == sorted(errors, reverse=True)
    assert was.error_mm(1.0) == pytest.approx(0.2)


def test_pieces_in_one_line_have_not_travelled_and_siblings_tell_of_those_that_have() -> None:
    none, far = travel([STRAIGHT]), travel([BENT])
    assert travel([STRAIGHT[:1]]) is None
    assert none is not None and none == pytest.approx(0.25 * np.eye(2))
    assert far is not None and far - none == pytest.approx(np.full((2, 2), 8.0))  # 4² mm² over two directions


def test_the_guarded_rods_hold_the_likely_ones_with_their_error_to_spare() -> None:
    tunnel = OldTunnel(1, "sacrum", True, STRAIGHT, prolonged(STRAIGHT), None)
    rng = np.random.default_rng(1)
    for p, q in rng.uniform(-40, 60, (50, 2, 3)):
        near, sure = likeliest((tunnel,)).clearance(p, q, 2.0), widest((tunnel,)).clearance(p, q, 2.0)
        assert near is not None and sure is not None
        assert sure <= near - SURE * 0.1


def test_screws_are_told_of_old_screws_that_have_left_their_own_bone_alone() -> None:
    left = OldTunnel(5, "pubis", False, STRAIGHT[:1], None, None)
    stays = OldTunnel(1, "sacrum", True, STRAIGHT, prolonged(STRAIGHT), None)
    screws = tuple(Screw(h, h, ZERO, X, 4.5, 8, ZERO, None, 2, None, 30, 200, 1.0) for h in ("pubis", "sacrum"))
    told = {s.host: s.notes["unknown_tunnels"] for s in with_unknown_tunnels(screws, (left, stays))}
    assert told == {"pubis": [5], "sacrum": []}
