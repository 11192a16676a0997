"""The command line. Exit codes: 0 done, 1 a fault of the program, 2 input that cannot be designed from, 130 stopped."""

import json
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hemipelvis import __version__, cli_review
from hemipelvis.cli_common import Json, Quiet, listener, refuses
from hemipelvis.errors import InputError
from hemipelvis.export.review import day_of

app = typer.Typer(
    help="From one metal-ridden CT of a failed hemipelvic endoprosthesis to a custom 3D-printed one.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Out = Annotated[Path, typer.Option("--out", "-o", help="Run folder; made if absent, resumed if present.")]


def _design(case_file: Path, out: Path, quiet: bool, as_json: bool) -> None:
    run = import_module("hemipelvis.run")  # heavy: numba, VTK; `--help` must stay quick
    with listener(quiet, as_json) as hears:
        summary = run.run_case(case_file, out, hears)
    if as_json:
        typer.echo(json.dumps({"event": "done", **summary}))
    elif not quiet:
        _say_summary(summary)


def _say_summary(summary: dict[str, Any]) -> None:
    failed = summary["failed_checks"]
    typer.echo(f"Implant: {summary['implant']}")
    typer.echo(f"Checks:  {summary['checks'] - len(failed)} of {summary['checks']} passed")
    for name in failed:
        typer.echo(f"  FAILED: {name}")
    typer.echo(f"Report:  {summary['report']}")


@app.command("run")
@refuses
def run_command(
    case_file: Annotated[Path, typer.Argument(metavar="CASE", help="The patient's case.toml.")],
    out: Out = Path("run"),
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Design a case, or bring its run folder up to date after a correction in case.toml."""
    _design(case_file, out, quiet, as_json)


@app.command()
@refuses
def demo(
    out: Out = Path("demo"),
    side: Annotated[str, typer.Option(help="left or right")] = "left",
    coarse: Annotated[bool, typer.Option(help="A coarse scan and lattice: quicker, for a first look.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make the embedded phantom patient, scan it, and design its implant, start to end."""
    run = import_module("hemipelvis.run")
    with listener(quiet, as_json) as hears:
        case_file = run.make_demo_patient(out / "patient", side, coarse, hears)
    _design(case_file, out / "run", quiet, as_json)


@app.command()
@refuses
def new(
    case_file: Annotated[Path, typer.Argument(metavar="CASE", help="Where to write the new case file.")] = Path(
        "case.toml"
    ),
    ct: Annotated[str, typer.Option(help="DICOM folder, or NRRD, NIfTI or MetaImage file.")] = "dicom",
    code: Annotated[str, typer.Option(help="Case code; never a name.")] = "case-1",
    side: Annotated[str, typer.Option(help="Affected side: left or right.")] = "left",
    resection: Annotated[str, typer.Option(help="I+II or I+II+III.")] = "I+II",
    explain: Annotated[bool, typer.Option(help="Print every key with its default and stop.")] = False,
) -> None:
    """Write a case file to start from."""
    template = import_module("hemipelvis.case_template")
    if explain:
        typer.echo(template.explanation())
        return
    if case_file.exists():
        raise InputError(f"{case_file}, which exists", "a new file", "name another or delete it")
    case_file.write_text(template.case_text(code, side, resection, ct), encoding="utf-8")
    typer.echo(f"Wrote {case_file}. Next: hemipelvis run {case_file} --out run")


@app.command()
@refuses
def status(
    out: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")] = Path("run"), as_json: Json = False
) -> None:
    """Say which stages of a run folder are done, what they took, and what they warned of."""
    from hemipelvis.artefacts import Workspace
    from hemipelvis.run_stages import STAGES

    workspace = Workspace(out)
    rows = [(stage, workspace.record(stage.name)) for stage in STAGES]
    if as_json:
        done = [{"stage": s.name, "done": r is not None, "warnings": list(r.warnings) if r else []} for s, r in rows]
        typer.echo(json.dumps(done))
        return
    table = Table("stage", "done", "seconds", "MiB", "warnings")
    for stage, record in rows:
        cells = (
            (f"{record.seconds:.1f}", f"{record.peak_mib:.0f}", str(len(record.warnings))) if record else ("", "", "")
        )
        table.add_row(stage.title, "yes" if record else "no", *cells)
    Console().print(table)


@app.command("slice")
@refuses
def slice_command(
    case_file: Annotated[Path, typer.Argument(metavar="CASE", help="The patient's case.toml.")],
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Its finished run folder.")] = Path("run"),
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")] = Path("implant.cli"),
    layer_um: Annotated[float, typer.Option(help="Thickness of a layer, µm.")] = 50.0,
) -> None:
    """Write the part's layer contours (Common Layer Interface), exact to its field, without a mesh between."""
    found = import_module("hemipelvis.slices").slice_run(case_file, run, out, layer_um)
    typer.echo(
        f"{out}: {found['layers']} layers, {found['points']} points, {found['volume_mm3'] / 1000:.2f} cm³"
        f" (mesh: {found['mesh_volume_mm3'] / 1000:.2f} cm³)"
    )


@app.command("dicom")
@refuses
def dicom_command(
    case_file: Annotated[Path, typer.Argument(metavar="CASE", help="The patient's case.toml.")],
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Its finished run folder.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to, outside RUN.")],
    day: Annotated[str, typer.Option("--date", help="Day of filing, as 2031-05-17; today unless stated.")] = "",
    quiet: Quiet = False,
) -> None:
    """Write labels and parts as DICOM objects for the archive, filed beside the scan they were made from.

    These files NAME THE PATIENT, as an archive needs: they go to the hospital's archive and to nobody else.
    """
    on = day_of(day or date.today().isoformat()).strftime("%Y%m%d")
    files = import_module("hemipelvis.dicom_copy").dicom_copy(case_file, run, out, on)
    if not quiet:
        typer.echo(f"{out}: {len(files)} DICOM objects. They name the patient: for the archive alone.")


app.command()(refuses(cli_review.check))
app.command()(refuses(cli_review.verify))
app.command()(refuses(cli_review.review))
app.command()(refuses(cli_review.report))
app.command()(refuses(cli_review.view))


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False) -> None:
    if version:
        typer.echo(f"hemipelvis {__version__}")
        raise typer.Exit


def main() -> None:
    """Entry point of `hemipelvis`."""
    app()
