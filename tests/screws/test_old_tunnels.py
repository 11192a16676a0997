import numpy as np
import pytest

from hemipelvis.arrays import Point, Points, Vector
from hemipelvis.field import box, capsule
from hemipelvis.frames import Side
from hemipelvis.hardware import Hardware, OldScrew
from hemipelvis.labels import Label
from hemipelvis.plan import Screw
from hemipelvis.screws.old_tunnels import (
    SURE,
    OldTunnel,
    Rod,
    find_tunnels,
    likeliest,
    prolonged,
    widest,
    with_unknown_tunnels,
)
from hemipelvis.volume import empty_grid

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


def first_channel(siblings: int) -> Rod | None:
    """Of a whole pubic screw that lies 12 mm beside its bone, and broken ones in the bone whose heads went as far."""
    way, put = 12 * Y, [np.array([[0.0, 0, -9 * k], [30, 0, -9 * k]]) for k in range(siblings + 1)]
    whole = OldScrew(9, "pubis", ZERO, X, 4.5, False, (pair(put[0] + way),), pair(put[0] + way), 1.0, 0.3, 0.8)
    broken = [
        OldScrew(k, "pubis", ZERO, X, 4.5, True, parted(e, way), pair(e), 1.0, 0.3, 0.8) for k, e in enumerate(put) if k
    ]
    grid = empty_grid([-10, -8, -30], [45, 30, 12], 1.0)
    inside = box((17, 0, -9), (25, 5, 17)).on(grid).voxels <= 0
    labels = grid.like((inside * np.uint8(Label.HIP_LEFT)).astype(np.uint8))
    empty = capsule(put[0][0], put[0][1], 2.25).on(grid).voxels <= 0
    mar = grid.like(np.where(inside & ~empty, 300, 40).astype(np.int16))
    return find_tunnels(labels, mar, Hardware(None, (whole, *broken)), Side.LEFT)[0].was


def pair(ends: Points) -> tuple[Point, Point]:
    return ends[0], ends[1]


def parted(ends: Points, way: Vector) -> tuple[tuple[Point, Point], ...]:
    return (ends[0] + way, ends[0] + 12 * X + way), (ends[0] + 12 * X, ends[1])


def test_a_screw_that_has_left_the_bone_is_taken_back_as_its_broken_siblings_went() -> None:
    was = first_channel(siblings=2)
    assert was is not None
    assert np.linalg.norm(was.start - ZERO) < 1.0 and np.linalg.norm(was.end - 30 * X) < 1.0


def test_where_a_screw_that_left_the_bone_was_put_is_not_guessed_without_siblings() -> None:
    assert first_channel(siblings=0) is None
