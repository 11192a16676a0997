"""`hemipelvis check`: every broken file is refused for its own reason, in words, without a traceback."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh
from typer.testing import CliRunner, Result

from hemipelvis.cli import app
from hemipelvis.export.threemf import write_3mf
from hemipelvis.jsonable import dumps
from hemipelvis.mesh import Mesh, from_trimesh, write_stl

GOOD = from_trimesh(trimesh.creation.icosphere(3, 40.0)).moved(np.eye(3), [-300, 280, -550])


def check(*words: object) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, words)])


def stl(path: Path, mesh: Mesh = GOOD) -> Path:
    write_stl(path, mesh)
    return path


def refused(result: Result) -> str:
    assert result.exit_code == 2, result.output
    assert "To mend it:" in result.output and "Traceback" not in result.output
    return result.output


@pytest.mark.parametrize("name", ["part.stl", "part.3mf"])
def test_a_good_part_passes(tmp_path: Path, name: str) -> None:
    write_3mf(tmp_path / "part.3mf", GOOD, "part", {})
    stl(tmp_path / "part.stl")
    result = check(tmp_path / name)
    assert result.exit_code == 0, result.output


def text(p: Path) -> None:
    p.write_text("solid part\n facet normal 0 0 1\n")


def trailing(p: Path) -> None:
    p.write_bytes(p.read_bytes() + b"\0" * 7)


def cut(p: Path) -> None:
    p.write_bytes(p.read_bytes()[:-50])


def nan(p: Path) -> None:
    data = bytearray(p.read_bytes())
    data[84 + 12 : 84 + 16] = np.float32(np.nan).tobytes()
    p.write_bytes(data)


def chamber(p: Path) -> None:
    stl(p, Mesh((GOOD.vertices - GOOD.vertices[0]) * 4, GOOD.faces))


def hole(p: Path) -> None:
    stl(p, Mesh(GOOD.vertices, GOOD.faces[1:]))


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (text, "text"), (trailing, "7 bytes more"), (cut, "50 bytes less"), (nan, "not numbers"),
        (chamber, "build chamber"), (hole, "open edges: 3"), (Path.unlink, "no file"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_for_its_own_reason(tmp_path: Path, harm: Callable[[Path], None], reason: str) -> None:
    path = stl(tmp_path / "part.stl")
    harm(path)
    assert reason in refused(check(path))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"x" * 500])
def test_a_3mf_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "part.3mf").write_bytes(content)
    assert "not a whole 3MF" in refused(check(tmp_path / "part.3mf"))


def test_a_part_on_the_wrong_side_is_refused(tmp_path: Path) -> None:
    (tmp_path / "planning").mkdir()
    plane = {"point": [-300 - 60, 0, 0], "normal": [1, 0, 0]}
    (tmp_path / "planning/landmarks.json").write_text(dumps({"symmetry": plane}))
    for side, code in (("left", 0), ("right", 2)):
        case = {"code": "a", "side": side, "resection": "I+II"}
        (tmp_path / "manifest.json").write_text(dumps({"parameters": {"case": case, "ct": {}}}))
        result = check(stl(tmp_path / "part.stl"), "--run", tmp_path)
        assert result.exit_code == code
        assert code == 0 or "affected side" in refused(result)


def test_as_json_every_check_is_listed(tmp_path: Path) -> None:
    result = check(stl(tmp_path / "part.stl"), "--json")
    assert all(c["passed"] for c in json.loads(result.stdout)["checks"])


@pytest.mark.parametrize("words", [["no-such-folder"], ["--machine", "toaster", "part.stl"], ["part.obj"]])
def test_what_cannot_be_checked_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    stl(tmp_path / "part.stl")
    (tmp_path / "part.obj").write_text("")
    refused(check(*words))
