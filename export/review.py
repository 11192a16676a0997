"""The review of a hand-off package: who looked, when, with what verdict, bound to the hashes of every file.

The seal shows that something was changed, not who changed it: it is no electronic signature.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from hemipelvis.artefacts import sha256, sha256_of, write_atomically
from hemipelvis.errors import InputError
from hemipelvis.jsonable import dumps, from_json, load

REVIEW, SUMS = "review.json", "SHA256SUMS"
OPEN, VERDICTS = "not reviewed", ("accepted", "rejected")
AGAIN = "review the package again: hemipelvis review HANDOFF --reviewer NAME --verdict accepted"


@dataclass(frozen=True)
class Review:
    """verdict: “not reviewed”, “accepted” or “rejected”; sums_sha256: of the checksum list it was given on.

    seal: hash of all the rest, so that a change of the review itself shows.
    """

    verdict: str
    reviewer: str
    date: str
    note: str
    sums_sha256: str
    seal: str = ""

    def sealed(self) -> "Review":
        """With the seal that belongs to it."""
        return replace(self, seal=sha256_of(vars(replace(self, seal=""))))


def open_review(folder: Path) -> None:
    """Write a review without verdict into a package that has none."""
    if not (folder / REVIEW).exists():
        _write(folder, Review(OPEN, "", "", "", sha256(folder / SUMS)))


def give_verdict(folder: Path, reviewer: str, day: str, verdict: str, note: str = "") -> Review:
    """Write a verdict on a package, bound to its files. Raises InputError for an impossible one."""
    if verdict not in VERDICTS:
        raise InputError(f"verdict {verdict!r}", " or ".join(VERDICTS), "correct --verdict")
    if not reviewer.strip():
        raise InputError("no reviewer", "the name of the person who answers for it", "state --reviewer")
    review = Review(verdict, reviewer.strip(), day_of(day).isoformat(), note, sha256(folder / SUMS))
    _write(folder, review)
    return review.sealed()


def day_of(text: str) -> date:
    """A day as it is stated. Raises InputError for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"date {text!r}", "a day as 2031-05-17", "correct --date") from error


def _write(folder: Path, review: Review) -> None:
    write_atomically(folder / REVIEW, dumps(review.sealed()))


def read_review(folder: Path) -> Review | None:
    """The review of a package, None where there is none. Raises InputError if it is void."""
    if not (folder / REVIEW).is_file():
        return None
    try:
        review = from_json(Review, load(folder / REVIEW))
        whole = review == review.sealed()
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"a {REVIEW} that is none: {error}", "a review as it was written", AGAIN) from error
    if not whole:
        raise InputError(f"a void review: {REVIEW} was changed after it was written", "it as it was written", AGAIN)
    if review.sums_sha256 != sha256(folder / SUMS):
        raise InputError(f"a void review: {_who(review)} saw other files than these", "a review of these files", AGAIN)
    return review


def _who(review: Review) -> str:
    return f"{review.reviewer} ({review.date}, {review.verdict})" if review.reviewer else "whoever opened it"
