"""A run's report or scene opened in the browser: from files alone, offline, without a server."""

import json
import webbrowser
from pathlib import Path
from typing import Any

from hemipelvis.artefacts import Workspace
from hemipelvis.errors import InputError
from hemipelvis.export.live_scene import live_scene
from hemipelvis.export.report import Front, report_html
from hemipelvis.pipeline import Desk
from hemipelvis.progress import silent
from hemipelvis.recheck import case_of_run
from hemipelvis.stages_plan import read_landmarks
from hemipelvis.stages_report import live_layers

FINE = 250_000
"""Triangles of a layer: ten times the report's, still smooth to turn on a plain graphics card."""


def write_scene(run: Path, out: Path) -> None:
    """A page with the 3-D scene of a run alone, in finer meshes than the report's. Raises InputError for no run."""
    case = case_of_run(run)
    desk = Desk(case, Workspace(run), run / ".partial", silent)
    if not (run / "planning" / "landmarks.json").is_file():
        raise InputError(f"{run}, in which nothing is planned yet", "a finished run folder", "hemipelvis run first")
    scene = live_scene(live_layers(desk), read_landmarks(desk).frame(), case.case.side, FINE)
    header = {"code": case.case.code, "side": case.case.side.value, "resection": case.case.resection, "version": ""}
    out.write_text(report_html(header, (), (), (), Front(scene=scene)), encoding="utf-8")


def report_of(run: Path) -> tuple[Path, dict[str, Any]]:
    """The report's path and every check. Raises InputError for a run without one."""
    page, checks = run / "report" / "index.html", run / "checks.json"
    if not (page.is_file() and checks.is_file()):
        raise InputError(f"{run}, which holds no report", "a finished run folder", "hemipelvis run first")
    return page, json.loads(checks.read_text(encoding="utf-8"))


def open_page(page: Path) -> bool:
    """Whether a browser took it."""
    return webbrowser.open(page.resolve().as_uri())
