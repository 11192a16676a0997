import numpy as np
import pytest

from hemipelvis.plan import Interface
from hemipelvis.screws.old_tunnels import OldTunnel, Rod
from hemipelvis.screws.retrieval import Retrieval, plan_retrieval

X, ASIDE = np.array([1.0, 0, 0]), np.array([0, 40.0, 0])
FACE = Interface("sacrum", np.zeros(3), X, 12.0, 3.0, 400.0, 0.0)  # the bone lies toward −x


def old(number: int, *ends: tuple[float, float]) -> OldTunnel:
    """A screw whose pieces run between places on the x axis."""
    return OldTunnel(
        number, "sacrum", len(ends) > 1, tuple(Rod(a * X, b * X, 3.0, "metal") for a, b in ends), None, None
    )


WHOLE, BURIED = old(1, (20, -30)), old(2, (20, -5), (-8, -30))
SHORT, LONG = old(3, (20, 10), (4, -30)), old(4, (40, 20), (15, -30))


def fate(screw: OldTunnel) -> Retrieval:
    (one,) = plan_retrieval((screw,), (FACE,))
    return one


def test_a_whole_screw_is_taken_out_by_its_head() -> None:
    assert fate(WHOLE).action == "unscrew"


def test_a_tip_in_the_bone_is_left() -> None:
    assert fate(BURIED).action == "leave" and fate(BURIED).cut_at is None


def test_a_short_tail_is_cut_where_it_passes_the_face() -> None:
    short = fate(SHORT)
    assert short.action == "cut flush" and short.tail_mm == pytest.approx(4)
    assert short.cut_at is not None and np.allclose(short.cut_at, 0)


def test_a_long_stump_is_gripped() -> None:
    assert fate(LONG).action == "extract" and fate(LONG).tail_mm == pytest.approx(15)


def test_a_stump_far_from_the_face_is_under_no_implant() -> None:
    aside = OldTunnel(5, "sacrum", True, (Rod(4 * X + ASIDE, -30 * X + ASIDE, 3.0, "metal"),), None, None)
    assert fate(aside).action == "leave"


def test_whole_screws_come_first_and_tails_are_cut_when_all_else_is_out() -> None:
    dealt = plan_retrieval((BURIED, SHORT, LONG, WHOLE), (FACE,))
    assert [(r.order, r.id) for r in dealt] == [(1, 1), (2, 4), (3, 3), (4, 2)]
