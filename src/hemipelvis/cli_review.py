"""The commands for looking at a design and answering for it."""

import json
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from hemipelvis.cli_common import Json, Quiet, Run
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


def report(
    run: Run = Path("run"),
    browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    as_json: Json = False,
) -> None:
    """Say where a run's report is and which checks failed, and open it if asked."""
    live_view = import_module("hemipelvis.live_view")
    page, checks = live_view.report_of(run)
    failed = {name: row for name, row in checks.items() if not row["pass"]}
    if as_json:
        typer.echo(json.dumps({"event": "report", "report": str(page), "checks": len(checks), "failed": failed}))
    else:
        typer.echo(f"Report:  {page}")
        typer.echo(f"Checks:  {len(checks) - len(failed)} of {len(checks)} passed")
        for name, row in failed.items():
            typer.echo(f"  FAILED: {name}: {row['value']} ({row['limit']})")
    if browser and not live_view.open_page(page):
        typer.echo("No browser here: open the file above in one.", err=True)


def view(
    run: Run = Path("run"),
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Page to write; by default RUN-scene.html.")] = None,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = True,
) -> None:
    """Open a run's 3-D scene in the browser: bones, implant, screws, old hardware, each to show or hide."""
    live_view = import_module("hemipelvis.live_view")
    page = out or Path(f"{run.resolve().name}-scene.html")
    live_view.write_scene(run, page)
    typer.echo(f"Scene: {page}")
    if browser and not live_view.open_page(page):
        typer.echo("No browser here: open the file above in one.", err=True)
