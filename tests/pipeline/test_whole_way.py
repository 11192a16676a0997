"""The whole way, once, on a coarse scan of the phantom: every file of the run folder, and what it says."""

import base64
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import edt
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.uid import UID
from scipy import ndimage

from hemipelvis.artefacts import StageRecord
from hemipelvis.console import Quiet
from hemipelvis.dicom_copy import dicom_copy
from hemipelvis.errors import InputError
from hemipelvis.export.check_mesh import topology
from hemipelvis.export.handoff import verify
from hemipelvis.export.review import give_verdict
from hemipelvis.frames import Side
from hemipelvis.labels import BONES, METAL
from hemipelvis.mesh import read_stl
from hemipelvis.phantom.write import PhantomSettings, write_phantom
from hemipelvis.pipeline import Stage
from hemipelvis.progress import Progress, silent
from hemipelvis.run import run_case
from hemipelvis.run_stages import STAGES
from hemipelvis.volume import read_volume

CONTRACT = (
    "manifest.json", "ct/ct.nrrd", "ct/mar.nrrd", "segmentation/labels.nrrd", "segmentation/screws.nrrd",
    "segmentation/confidence.nrrd",
    "segmentation/hardware.json", "segmentation/sacrum.stl", "segmentation/hip_right.stl",
    "segmentation/hip_left.stl", "segmentation/femur_right.stl", "segmentation/femur_left.stl",
    "segmentation/endoprosthesis.stl", "planning/landmarks.json", "planning/measurements.json", "planning/cup.json",
    "planning/screws.json", "implant/solid.stl", "implant/envelope.stl", "implant/implant.stl",
    "implant/implant.3mf", "implant/trial.stl", "checks.json", "report/index.html", "handoff/SHA256SUMS",
)  # fmt: skip
COARSE = """
[lattice]
pore_um = 1800
samples_per_cell = 5
[body]
pitch_mm = 1.0
[mar]
method = "nmar"
[screws]
sacral_thinner_mm = [4.5]
"""


SECRETS = (b"mustermann", b"erika", b"pat-4711", b"19570101", b"1957-01-01", b"1.2.276.0.7230010.3.1.4711")
PACKED = re.compile(rb"[A-Za-z0-9+/]{200,}={0,2}")
NAMED = {
    "PN": "Mustermann^Erika", "LO": "Erika Mustermann", "SH": "MUSTERMANN", "ST": "Erika Mustermann PAT-4711",
    "LT": "Erika Mustermann, 1957-01-01", "UT": "Erika Mustermann", "DA": "19570101",
}  # fmt: skip

TOLD = (
    "PatientName", "PatientBirthDate", "StudyDate", "SeriesDescription", "StudyDescription", "StationName",
    "ReferringPhysicianName", "InstitutionName", "ImageComments", "AdditionalPatientHistory", "AccessionNumber",
    "ProtocolName", "OperatorsName", "DerivationDescription",
)  # fmt: skip


def name_the_patient(file: Path) -> None:
    """Every text of a slice, and many it did not have, speaks of the patient."""
    d = pydicom.dcmread(file)
    for keyword in TOLD:
        setattr(d, keyword, NAMED[dictionary_VR(tag_for_keyword(keyword) or 0)])
    d.PatientID = "PAT-4711"
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        setattr(d, keyword, "1.2.276.0.7230010.3.1.4711.1")
    d.SOPInstanceUID = d.file_meta.MediaStorageSOPInstanceUID = UID(f"1.2.276.0.7230010.3.1.4711.{d.InstanceNumber}")
    d.save_as(file)


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("patient")
    write_phantom(folder, PhantomSettings(Side.RIGHT, spacing=(1.2, 1.2, 2.0)))
    for slice_file in sorted(f for f in (folder / "dicom").iterdir() if f.is_file()):
        name_the_patient(slice_file)
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


def test_labels_near_metal_are_right_as_often_as_their_confidence_says(done: Path, patient: Path) -> None:
    """Within 12 mm of metal, edges aside; at least as often: a little more is no harm."""
    labels, percent, truth = (
        read_volume(f)
        for f in (
            done / "segmentation/labels.nrrd",
            done / "segmentation/confidence.nrrd",
            patient / "truth/labels.nrrd",
        )
    )
    metal = np.isin(labels.voxels, METAL) | np.isin(truth.voxels, METAL)
    beside = edt.edt(~metal, anisotropy=labels.sampling) < 12
    bone = np.isin(labels.voxels, BONES)
    asked = ndimage.binary_erosion(bone, iterations=1) & beside & ~metal
    right = labels.voxels == truth.voxels
    for low, high in ((60, 80), (80, 92), (92, 101)):
        chosen = asked & (percent.voxels >= low) & (percent.voxels < high)
        assert chosen.sum() > 300
        assert right[chosen].mean() > percent.voxels[chosen].mean() / 100 - 0.05, (low, high)


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


def every_text(path: Path) -> Iterator[bytes]:
    """A file's bytes, and what is packed in it: parts of a 3MF, arrays and pictures of a page and the texts in them.

    A page is searched without the letters of its packed data: among ten million of them some spell a name by chance.
    """
    data = path.read_bytes()
    yield PACKED.sub(b" ", data) if path.suffix == ".html" else data
    if path.suffix == ".3mf":
        with ZipFile(path) as package:
            yield from (name.encode() + package.read(name) for name in package.namelist())
    if path.suffix == ".html":
        yield from (base64.b64decode(run[: len(run) // 4 * 4]) for run in PACKED.findall(data))
        for found in re.finditer(rb"base64,([A-Za-z0-9+/=]{40,})", data):
            yield (picture := base64.b64decode(found[1]))
            yield repr(Image.open(io.BytesIO(picture)).info).encode()


def test_no_byte_outside_the_ct_folder_names_the_patient(done: Path) -> None:
    files = [p for p in done.rglob("*") if p.is_file() and p.relative_to(done).parts[0] != "ct"]
    assert len(files) > 30
    told = [(p.name, s) for p in files for t in every_text(p) for s in SECRETS if s in t.lower()]
    assert told == []
    assert not [p for p in files for s in SECRETS if s in str(p.relative_to(done)).lower().encode()]


def test_a_part_without_its_side_engraved_does_not_pass(done: Path) -> None:
    """Letters legible at a pitch of 1 mm may find no room: then the check says so, and never that they are there."""
    checks = read(done, "checks.json")
    cut = checks["engraved: side"]["value"]
    assert checks["engraved: side"]["pass"] == (cut == "R")
    assert cut == "nothing" or checks["engraved: depth found in the mesh"]["pass"]


def test_a_verdict_holds_until_a_byte_changes(done: Path, tmp_path: Path) -> None:
    assert read(done, "handoff/review.json")["verdict"] == "not reviewed"
    package = shutil.copytree(done / "handoff", tmp_path / "handoff")
    give_verdict(package, "Dr. Hand", "2031-05-17", "accepted")
    assert (review := verify(package)) is not None and review.verdict == "accepted"
    with (package / "implant.3mf").open("r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(InputError, match=r"implant\.3mf"):
        verify(package)


def test_the_page_is_small_enough_to_send_and_leads_nowhere(done: Path) -> None:
    page = (done / "report/index.html").read_bytes()
    assert len(page) < 25e6 and b"://" not in page


def test_for_the_archive_everything_names_the_patient_and_the_run_folder_still_nobody(
    done: Path, patient: Path, tmp_path: Path
) -> None:
    files = dicom_copy(patient / "case.toml", done, tmp_path / "dicom", "20310517")
    assert {"segmentation", "implant", "solid", "trial", "sacrum"} <= {f.stem for f in files}
    assert {str(pydicom.dcmread(f).PatientName) for f in files} == {"Mustermann^Erika"}
    assert not list(done.rglob("*.dcm"))


def test_for_the_archive_nothing_is_made_of_another_scan_or_in_the_run_folder(
    done: Path, patient: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="in the run folder"):
        dicom_copy(patient / "case.toml", done, done / "dicom", "20310517")
    shutil.copytree(patient / "dicom", tmp_path / "dicom")
    shutil.copy(patient / "case.toml", tmp_path / "case.toml")
    file = next((tmp_path / "dicom").iterdir())
    file.write_bytes(file.read_bytes().replace(b"Mustermann", b"Mastermann"))
    with pytest.raises(InputError, match="another scan"):
        dicom_copy(tmp_path / "case.toml", done, tmp_path / "out", "20310517")


def test_made_again_elsewhere_the_hand_off_is_the_same_byte_for_byte(
    done: Path, patient: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    again = shutil.copytree(done, tmp_path / "deeper" / "again")
    for name in ("lattice", "trial", "check", "report", "handoff"):
        (again / ".stages" / f"{name}.json").unlink()
    for path in (p for folder in ("implant", "handoff", "report") for p in (again / folder).rglob("*") if p.is_file()):
        if path.name not in ("envelope.nrrd", "solid.nrrd", "envelope.stl", "solid.stl", "body.json"):
            path.unlink()
    run_case(patient / "case.toml", again, Quiet())
    files = sorted(p.relative_to(done) for p in (done / "handoff").rglob("*") if p.is_file())
    assert [f for f in files if (again / f).read_bytes() != (done / f).read_bytes()] == []


def test_a_finished_run_is_not_run_again(done: Path, patient: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in (done / ".stages").iterdir()}
    run_case(patient / "case.toml", done, Quiet())
    assert before == {p: p.stat().st_mtime_ns for p in (done / ".stages").iterdir()}


class Until(Quiet):
    """Stops the run where a stage would begin, as Ctrl-C does; remembers which were done anew."""

    def __init__(self, name: str) -> None:
        self.name, self.redone = name, set[str]()

    def begin(self, stage: Stage, number: int, total: int) -> Progress:
        if stage.name == self.name:
            raise KeyboardInterrupt
        return silent

    def end(self, stage: Stage, record: StageRecord, skipped: bool) -> None:
        self.redone |= set() if skipped else {stage.name}


def test_a_screw_dropped_in_the_case_file_redoes_only_what_depends_on_it(done: Path, patient: Path) -> None:
    first = read(done, "planning/screws.json")[0]["id"]
    copy, other, run = shutil.copytree(done, patient / "again"), patient / "other.toml", Until("body")
    other.write_text((patient / "case.toml").read_text() + f'drop = ["{first}"]\n')
    with pytest.raises(KeyboardInterrupt):
        run_case(other, copy, run)
    assert run.redone == {"screws"}
    assert first not in [s["id"] for s in read(copy, "planning/screws.json")]
    behind = {"screws"}
    for stage in STAGES:
        behind |= {stage.name} if behind & set(stage.needs) else set()
    assert behind == {"screws", "body", "lattice", "trial", "check", "report", "handoff"}


def test_the_wrong_side_is_refused(patient: Path) -> None:
    wrong = patient / "wrong.toml"
    wrong.write_text((patient / "case.toml").read_text().replace('side = "right"', 'side = "left"'))
    with pytest.raises(InputError, match="right"):
        run_case(wrong, patient / "wrong", Quiet())
