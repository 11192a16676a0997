"""The seal of the hand-off package breaks at any change."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hemipelvis.errors import InputError
from hemipelvis.export.handoff import checksums, verify
from hemipelvis.export.review import REVIEW, SUMS, give_verdict, open_review


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "implant.stl").write_bytes(b"part")
    (tmp_path / "README.txt").write_text("read me")
    (tmp_path / SUMS).write_text(checksums(tmp_path))
    return tmp_path


def test_an_untouched_package_verifies(package: Path) -> None:
    verify(package)


@pytest.mark.parametrize(
    "change",
    [
        lambda p: (p / "implant.stl").write_bytes(b"pbrt"),
        lambda p: (p / "implant.stl").unlink(),
        lambda p: (p / "extra.stl").write_bytes(b""),
        lambda p: (p / "README.txt").rename(p / "README"),
        lambda p: (p / SUMS).unlink(),
        lambda p: (p / SUMS).write_bytes((p / SUMS).read_bytes() + b"a line\n"),
        lambda p: (p / SUMS).write_bytes((p / SUMS).read_bytes()[1:]),
        lambda p: (p / "there").mkdir() or (p / "there" / "x").symlink_to(p),
    ],
)
def test_any_change_breaks_the_seal(package: Path, change: Callable[[Path], object]) -> None:
    change(package)
    with pytest.raises(InputError):
        verify(package)


def signed(package: Path) -> Path:
    give_verdict(package, "Dr. Hand", "2031-05-17", "accepted")
    return package


def test_a_new_package_says_that_nobody_has_reviewed_it(package: Path) -> None:
    open_review(package)
    review = verify(package)
    assert review is not None and review.verdict == "not reviewed"


def test_a_verdict_is_read_back(package: Path) -> None:
    review = verify(signed(package))
    assert review is not None and (review.reviewer, review.date, review.verdict) == (
        "Dr. Hand",
        "2031-05-17",
        "accepted",
    )


def test_opening_a_review_leaves_a_verdict_alone(package: Path) -> None:
    open_review(signed(package))
    review = verify(package)
    assert review is not None and review.verdict == "accepted"


def test_a_changed_file_voids_the_review_even_if_the_list_is_made_anew(package: Path) -> None:
    signed(package)
    (package / "implant.stl").write_bytes(b"pbrt")
    (package / SUMS).write_text(checksums(package))
    with pytest.raises(InputError, match="void"):
        verify(package)


@pytest.mark.parametrize(
    ("old", "new"), [("accepted", "rejected"), ("Dr. Hand", "Dr. Band"), ("2031", "2032"), ("{", "["), ("seal", "sael")]
)
def test_a_review_that_was_changed_is_void(package: Path, old: str, new: str) -> None:
    path = signed(package) / REVIEW
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(InputError):
        verify(package)


@pytest.mark.parametrize(
    ("reviewer", "day", "verdict"),
    [("", "2031-05-17", "accepted"), ("A", "soon", "accepted"), ("A", "2031-05-17", "ok")],
)
def test_a_review_without_name_day_or_verdict_is_refused(package: Path, reviewer: str, day: str, verdict: str) -> None:
    with pytest.raises(InputError):
        give_verdict(package, reviewer, day, verdict)
