"""The commands for looking at a design and answering for it."""

import json
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from hemipelvis.cli_common import Json, Quiet
from hemipelvis.jsonable import to_json

Handoff = Annotated[Path, typer.Argument(metavar="HANDOFF", help="A run's handoff folder.")]


def check(
    part: Annotated[Path, typer.Argument(metavar="PART", help="An STL or 3MF file, or a whole run folder.")],
    run: Annotated[Path | None, typer.Option("--run", help="Run it belongs to: is it on the right side?")] = None,
    machine: Annotated[str, typer.Option(help="Printer's data file.")] = "arcam-q10plus",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Check a part's file as it stands now: closed, whole, right way out, in mm, fits the printer, on its side.

    Exit code 0 if every check passes, 2 if the part is refused.
    """
    recheck = import_module("hemipelvis.recheck")
    found = recheck.recheck(part, run, machine)
    if as_json:
        typer.echo(json.dumps({"event": "checked", "checks": to_json(found)}))
    refused = recheck.refusal(part.name, found)
    if refused is not None:
        raise refused
    if not (quiet or as_json):
        typer.echo(f"{part}: all {len(found)} checks passed.")


def verify(
    folder: Handoff,
    reviewed: Annotated[bool, typer.Option("--reviewed", help="Refuse it unless a review accepts it.")] = False,
    as_json: Json = False,
) -> None:
    """Check that nothing in a hand-off package has changed since it was made, and whether its review still holds."""
    from hemipelvis.errors import InputError
    from hemipelvis.export.handoff import verify as verify_package

    review = verify_package(folder)
    verdict = "not reviewed" if review is None else review.verdict
    if reviewed and verdict != "accepted":
        raise InputError(f"a package that is {verdict}", "one that a review accepts", "have it reviewed")
    if as_json:
        typer.echo(json.dumps({"event": "verified", "folder": str(folder), "review": to_json(review)}))
        return
    by = f" by {review.reviewer} on {review.date}" if review is not None and review.reviewer else ""
    typer.echo(f"{folder}: every file is as it was made. Review: {verdict}{by}.")


def review(
    folder: Handoff,
    reviewer: Annotated[str, typer.Option(help="Who answers for it.")],
    verdict: Annotated[str, typer.Option(help="accepted or rejected")],
    day: Annotated[str, typer.Option("--date", help="Day of the review; today unless stated.")] = "",
    note: Annotated[str, typer.Option(help="What the build desk must know.")] = "",
) -> None:
    """Write a person's verdict into a hand-off package (review.json), bound to its files: any change voids it."""
    from hemipelvis.export.handoff import check_seal
    from hemipelvis.export.review import give_verdict

    check_seal(folder)
    given = give_verdict(folder, reviewer, day or date.today().isoformat(), verdict, note)
    typer.echo(f"{folder}: {given.verdict} by {given.reviewer} on {given.date}.")
