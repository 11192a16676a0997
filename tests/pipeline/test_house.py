"""The house rules: who may import whom, and that the wheel holds every folder."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STAGES = ("segmentation", "design", "lattice", "screws", "export")
ROOF = ("pipeline", "cli", "cli_common", "cli_review", "recheck", "live_view", "console", "run", "run_stages",
        "stages_image", "stages_plan", "stages_part", "stages_report", "case_template", "slices",
        "dicom_copy")  # fmt: skip
GROUND = [p for p in (ROOT / "src/hemipelvis").glob("*.py") if p.stem not in ROOF]
PHANTOM = list((ROOT / "src/hemipelvis/phantom").glob("*.py"))


def imported(path: Path) -> set[str]:
    """Names of hemipelvis modules that a file imports, below `hemipelvis.`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {n.removeprefix("hemipelvis.").split(".")[0] for n in names if n.startswith("hemipelvis.")}


@pytest.mark.parametrize("path", GROUND, ids=lambda p: p.stem)
def test_the_ground_imports_no_stage_and_no_roof(path: Path) -> None:
    assert not imported(path) & {*STAGES, *ROOF, "phantom"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_the_ground_and_itself_only(stage: str) -> None:
    for path in (ROOT / stage).glob("*.py"):
        assert not imported(path) & {*STAGES, *ROOF, "phantom"} - {stage}, path


@pytest.mark.parametrize("path", PHANTOM, ids=lambda p: p.stem)
def test_the_phantom_shares_no_code_with_what_it_tests(path: Path) -> None:
    assert not imported(path) & {*STAGES, *ROOF}


def test_the_wheel_lists_every_folder_that_holds_code() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    inside = [f"hemipelvis.{p.parent.name}" for p in (ROOT / "src/hemipelvis").glob("*/__init__.py")]
    assert sorted(listed) == sorted(["hemipelvis", *(f"hemipelvis.{s}" for s in STAGES), *inside])


def test_stages_hold_no_folders_that_the_wheel_would_miss() -> None:
    assert not [p for s in STAGES for p in (ROOT / s).glob("*/*.py")]
