"""The whole way, once, on a coarse scan of the phantom: every file of the run folder, and what it says."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hemipelvis.console import Quiet
from hemipelvis.errors import InputError
from hemipelvis.export.check_mesh import topology
from hemipelvis.export.handoff import verify
from hemipelvis.frames import Side
from hemipelvis.mesh import read_stl
from hemipelvis.phantom.write import PhantomSettings, write_phantom
from hemipelvis.run import run_case

CONTRACT = (
    "manifest.json", "ct/ct.nrrd", "ct/mar.nrrd", "segmentation/labels.nrrd", "segmentation/screws.nrrd",
    "segmentation/hardware.json", "segmentation/sacrum.stl", "segmentation/hip_right.stl",
    "segmentation/hip_left.stl", "segmentation/femur_right.stl", "segmentation/femur_left.stl",
    "segmentation/endoprosthesis.stl", "planning/landmarks.json", "planning/measurements.json", "planning/cup.json",
    "planning/screws.json", "implant/solid.stl", "implant/envelope.stl", "implant/implant.stl",
    "implant/implant.3mf", "implant/trial.stl", "checks.json", "report/index.html", "handoff/SHA256SUMS",
)  # fmt: skip
COARSE = "[lattice]\npore_um = 1800\nsamples_per_cell = 5\n[body]\npitch_mm = 1.0\n"


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("patient")
    write_phantom(folder, PhantomSettings(Side.RIGHT, spacing=(1.2, 1.2, 2.0)))
    with (folder / "case.toml").open("a") as file:
        file.write(COARSE)
    return folder


@pytest.fixture(scope="module")
def done(patient: Path) -> Path:
    run_case(patient / "case.toml", patient / "run", Quiet())
    return patient / "run"


def read(run: Path, name: str) -> Any:
    return json.loads((run / name).read_text(encoding="utf-8"))


def test_every_file_of_the_contract_is_written(done: Path) -> None:
    assert [name for name in CONTRACT if not (done / name).exists()] == []


@pytest.mark.parametrize("name", ["implant", "envelope", "trial"])
def test_parts_are_closed_manifolds_in_one_piece(done: Path, name: str) -> None:
    t = topology(read_stl(done / "implant" / f"{name}.stl"))
    assert (t.open_edges, t.wrong_edges, t.degenerate, t.welded_vertices, t.shells) == (0, 0, 0, 0, 1)


def test_the_implant_lies_within_its_envelope(done: Path) -> None:
    implant, envelope = (read_stl(done / "implant" / f"{name}.stl") for name in ("implant", "envelope"))
    assert (implant.bounds[0] > envelope.bounds[0] - 0.5).all() and (implant.bounds[1] < envelope.bounds[1] + 0.5).all()
    assert 0.3 * envelope.volume_mm3 < implant.volume_mm3 < envelope.volume_mm3


def test_the_planned_cup_follows_the_rule(done: Path) -> None:
    chd = read(done, "planning/measurements.json")["now"]["chd_mm"]
    assert read(done, "planning/cup.json")["rule"] == ("same height" if abs(chd) < 20 else "descend 20 mm")


def test_measures_agree_with_the_phantoms_truth(done: Path, patient: Path) -> None:
    truth, now = read(patient, "truth/truth.json"), read(done, "planning/measurements.json")["now"]
    assert 10 * now["bwma_cm"]["right"] == pytest.approx(truth["bwma_affected_mm"], abs=5)
    assert now["chd_mm"] == pytest.approx(truth["chd_mm"], abs=5)


def test_new_screws_keep_off_the_true_old_tunnels(done: Path, patient: Path) -> None:
    old = [
        np.vstack([np.linspace(p, q, 200) for p, q in s["pieces"]]) for s in read(patient, "truth/truth.json")["screws"]
    ]
    radii = [s["d"] / 2 for s in read(patient, "truth/truth.json")["screws"]]
    for s in read(done, "planning/screws.json"):
        line = np.linspace(s["entry"], s["tip"], 300)
        gaps = [
            np.linalg.norm(o[:, None] - line, axis=2).min() - r - s["diameter_mm"] / 2
            for o, r in zip(old, radii, strict=True)
        ]
        assert min(gaps) > 0.5, s["id"]


def test_the_hand_off_verifies(done: Path) -> None:
    verify(done / "handoff")


def test_no_byte_outside_the_ct_folder_names_the_patient(done: Path) -> None:
    texts = [
        p for p in done.rglob("*") if p.suffix in (".json", ".html", ".txt") and "ct" not in p.relative_to(done).parts
    ]
    assert texts and not [p for p in texts if b"PHANTOM^" in p.read_bytes()]


def test_a_finished_run_is_not_run_again(done: Path, patient: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in (done / ".stages").iterdir()}
    run_case(patient / "case.toml", done, Quiet())
    assert before == {p: p.stat().st_mtime_ns for p in (done / ".stages").iterdir()}


def test_a_screw_dropped_in_the_case_file_redoes_only_what_depends_on_it(done: Path, patient: Path) -> None:
    first = read(done, "planning/screws.json")[0]["id"]
    copy = patient / "again"
    shutil.copytree(done, copy)
    other = patient / "other.toml"
    other.write_text((patient / "case.toml").read_text() + f'[screws]\ndrop = ["{first}"]\n')
    before = {p.name: p.read_bytes() for p in (copy / ".stages").iterdir()}
    run_case(other, copy, Quiet())
    redone = {p.stem for p in (copy / ".stages").iterdir() if before[p.name] != p.read_bytes()}
    assert redone == {"screws", "body", "lattice", "trial", "check", "report", "handoff"}
    assert first not in [s["id"] for s in read(copy, "planning/screws.json")]


def test_the_wrong_side_is_refused(patient: Path) -> None:
    wrong = patient / "wrong.toml"
    wrong.write_text((patient / "case.toml").read_text().replace('side = "right"', 'side = "left"'))
    with pytest.raises(InputError, match="right"):
        run_case(wrong, patient / "wrong", Quiet())
