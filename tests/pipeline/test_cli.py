"""The command line: exit codes, messages, and no traceback for bad input."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hemipelvis.cli import app

CASE = '[case]\ncode = "a"\nside = "left"\nresection = "I+II"\n[ct]\npath = "dicom"\n'


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def refused(result: Result) -> str:
    """The message of a refusal: exit code 2, three words, no traceback."""
    assert result.exit_code == 2, result.output
    assert all(word in result.output for word in ("Got:", "Expected:", "To mend it:"))
    assert "Traceback" not in result.output
    return result.output


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    (tmp_path / "dicom").mkdir()
    path = tmp_path / "case.toml"
    path.write_text(CASE)
    return path


def test_help_names_every_command() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert all(
        name in result.output
        for name in ("run", "demo", "new", "status", "check", "report", "view", "review", "verify", "dicom")
    )


def test_a_case_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "no file" in refused(run("run", str(tmp_path / "none.toml"), "--out", str(tmp_path / "r")))


def test_a_typo_is_refused_before_anything_is_written(case_file: Path) -> None:
    case_file.write_text(CASE.replace("side", "sied"))
    assert "'side'" in refused(run("run", str(case_file), "--out", str(case_file.parent / "r")))
    assert not (case_file.parent / "r").exists()


def test_an_empty_folder_is_refused(case_file: Path) -> None:
    refused(run("run", str(case_file), "--out", str(case_file.parent / "r"), "--quiet"))


def test_a_file_in_place_of_the_run_folder_is_refused(case_file: Path) -> None:
    (case_file.parent / "r").write_text("")
    assert "cannot be written" in refused(run("run", str(case_file), "--out", str(case_file.parent / "r")))


def test_a_refusal_as_json_has_its_three_parts(case_file: Path) -> None:
    case_file.write_text(CASE.replace("left", "lft"))
    result = run("run", str(case_file), "--out", str(case_file.parent / "r"), "--json")
    assert result.exit_code == 2 and all(f'"{key}"' in result.output for key in ("got", "expected", "mend"))


def test_new_writes_a_case_and_never_overwrites_one(tmp_path: Path) -> None:
    path = str(tmp_path / "case.toml")
    assert run("new", path, "--code", "K1", "--side", "right").exit_code == 0
    refused(run("new", path))


@pytest.mark.parametrize("wrong", [("--side", "up"), ("--code", "Jane Doe"), ("--resection", "IV")])
def test_new_refuses_what_a_case_cannot_hold(tmp_path: Path, wrong: tuple[str, str]) -> None:
    refused(run("new", str(tmp_path / "case.toml"), *wrong))


def test_demo_refuses_a_side_that_is_none(tmp_path: Path) -> None:
    refused(run("demo", "--out", str(tmp_path / "d"), "--side", "both"))


@pytest.mark.parametrize("command", ["report", "view", "check"])
def test_what_looks_at_a_run_refuses_a_folder_that_is_none(tmp_path: Path, command: str) -> None:
    refused(run(command, str(tmp_path)))


def test_a_report_is_named_with_the_checks_that_failed(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report/index.html").write_text("")
    rows = '{"a": {"value": 1, "limit": "= 0", "pass": false}, "b": {"value": 0, "limit": "= 0", "pass": true}}'
    (tmp_path / "checks.json").write_text(rows)
    result = run("report", str(tmp_path))
    assert result.exit_code == 0
    assert "1 of 2 passed" in result.output and "FAILED: a: 1 (= 0)" in result.output


def test_verify_refuses_a_folder_that_is_no_package(tmp_path: Path) -> None:
    refused(run("verify", str(tmp_path)))


def test_status_of_an_empty_folder_says_nothing_is_done(tmp_path: Path) -> None:
    result = run("status", str(tmp_path), "--json")
    assert result.exit_code == 0 and "true" not in result.output
