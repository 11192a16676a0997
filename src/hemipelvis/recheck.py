"""Checks of parts as their files stand now, from any tool, with or without the run they belong to."""

from pathlib import Path

from hemipelvis.errors import InputError
from hemipelvis.export.check import Check
from hemipelvis.export.check_mesh import check_mesh
from hemipelvis.export.gather_checks import fits, on_its_side
from hemipelvis.export.machine import machine
from hemipelvis.export.read_part import read_part
from hemipelvis.jsonable import load
from hemipelvis.landmarks import landmarks_from_json
from hemipelvis.mesh import Mesh
from hemipelvis.progress import Progress, silent
from hemipelvis.settings import Case

PARTS = ("implant", "envelope", "solid", "trial")
SHOWN = 6


def recheck(path: Path, run: Path | None, printer: str, progress: Progress = silent) -> tuple[Check, ...]:
    """Every check of a part's file, or of all parts of a run folder; a run's landmarks tell whether the side is right.

    Raises InputError for what cannot be read.
    """
    if path.is_dir():
        return tuple(c for file in _parts_of(path) for c in _check(file, path, printer, progress))
    return _check(path, run, printer, progress)


def _parts_of(run: Path) -> list[Path]:
    files = [run / "implant" / f"{name}.stl" for name in PARTS]
    if not any(f.is_file() for f in files):
        raise InputError(
            f"{run}, in which there is no part", "a finished run folder, or a part's file", "check the path"
        )
    return files


def _check(path: Path, run: Path | None, printer: str, progress: Progress) -> tuple[Check, ...]:
    progress(f"reading {path.name}", 0.0)
    mesh = read_part(path)
    progress(f"checking {path.name}", 0.5)
    found = check_mesh(path.stem, mesh)
    sound = all(c.passed for c in found[:4])  # nothing below can be said of a mesh without numbers or size
    return (*found, *(_placed(path.stem, mesh, run, printer) if sound else ()))


def _placed(name: str, mesh: Mesh, run: Path | None, printer: str) -> tuple[Check, ...]:
    where = [] if run is None else [on_its_side(mesh, landmarks_from_json(load(_of(run))), case_of_run(run).case.side)]
    return tuple(
        Check(f"{name}: {c.name}", c.value, c.limit, c.passed, c.note) for c in (*fits(mesh, machine(printer)), *where)
    )


def _of(run: Path) -> Path:
    path = run / "planning" / "landmarks.json"
    if not path.is_file():
        raise InputError(f"{run}, which holds no landmarks", "a run folder", "check --run")
    return path


def case_of_run(run: Path) -> Case:
    """The case a run was made from, as its manifest has it: without the path of the scan, which is not kept."""
    if not (run / "manifest.json").is_file():
        raise InputError(f"{run}, which holds no manifest.json", "a finished run folder", "check the path")
    stated = load(run / "manifest.json")["parameters"]
    return Case.model_validate({**stated, "ct": {"path": "scan"}})


def refusal(name: str, checks: tuple[Check, ...]) -> InputError | None:
    """What to say of a part that fails, the reason that explains the others first; None if it passes."""
    failed = [c for c in checks if not c.passed]
    if not failed:
        return None
    lines = [f"  {c.name}: {c.value} ({c.limit}){'; ' + c.note if c.note else ''}" for c in failed[:SHOWN]]
    more = [f"  and {len(failed) - SHOWN} more (--json lists all)"] if len(failed) > SHOWN else []
    return InputError(
        f"{name}, which fails {len(failed)} of {len(checks)} checks:\n" + "\n".join(lines + more),
        "one closed solid in mm, outside out, on the affected side, that fits the machine",
        "take the part from the run folder again; do not repair it by hand, for a repair can close a pore",
    )
