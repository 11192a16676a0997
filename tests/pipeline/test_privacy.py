"""Nothing that identifies the patient leaves the CT folder: every text of a series names them, and is looked for."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.datadict import dictionary_VR, keyword_dict
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from hemipelvis.console import JsonLines
from hemipelvis.errors import InputError
from hemipelvis.jsonable import dumps
from hemipelvis.pipeline import run_stages
from hemipelvis.run import manifest
from hemipelvis.settings import Case
from hemipelvis.stages_image import STAGES

UIDS = "1.2.276.0.7230010.3.1.47114711"
SECRETS = ("mustermann", "erika", "4711", "570101", "1957-01-01", "01.01.1957", "7230010")
TEXT = "Erika Mustermann 4711 01.01.1957"
SHORT = "MUSTERMANN"
SETTLED = ("Modality", "SpecificCharacterSet", "PhotometricInterpretation", "RescaleType", "LossyImageCompression")
PIXELS = np.random.default_rng(0).integers(-1000, 1500, (32, 8, 8)).astype(np.int16)


def seeded() -> Dataset:
    """A data set whose every text element of common groups speaks of the patient."""
    d = Dataset()
    for keyword in sorted(keyword_dict):
        tag = keyword_dict[keyword]
        if tag >> 16 not in (0x0008, 0x0010, 0x0018, 0x0020, 0x0028, 0x0032, 0x0038, 0x0040) or keyword in SETTLED:
            continue
        value = {
            "PN": "Mustermann^Erika", "LO": TEXT, "ST": TEXT, "LT": TEXT, "SH": SHORT, "DA": "19570101", "UI": UIDS,
            "UT": TEXT, "CS": SHORT, "AS": "067Y",
        }.get(dictionary_VR(tag))  # fmt: skip
        if value is not None:
            setattr(d, keyword, value)
    d.PatientID, d.OtherPatientIDs = "PAT-4711", "4711"
    return d


def write(folder: Path, uid: str = UIDS, count: int = 32) -> Path:
    folder.mkdir(parents=True)
    said = seeded()
    for k in range(count):
        meta = FileMetaDataset()
        meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, CTImageStorage
        meta.MediaStorageSOPInstanceUID = UID(f"{uid}.{k + 1}")
        d = FileDataset("", said, file_meta=meta, preamble=b"\0" * 128)
        d.SOPClassUID, d.SOPInstanceUID, d.SeriesInstanceUID, d.Modality = CTImageStorage, f"{uid}.{k + 1}", uid, "CT"
        d.ImagePositionPatient, d.ImageOrientationPatient = [0, 0, 4.9 * k], [1, 0, 0, 0, 1, 0]
        d.PixelSpacing, d.Rows, d.Columns, d.RescaleSlope, d.RescaleIntercept = [1, 1], 8, 8, 1, 0
        d.SamplesPerPixel, d.PhotometricInterpretation, d.PixelRepresentation = 1, "MONOCHROME2", 1
        d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelData = 16, 16, 15, PIXELS[k].tobytes()
        d.save_as(folder / f"Mustermann_{UIDS}.{k}.dcm")
    return folder


def clean(text: str) -> None:
    assert [s for s in SECRETS if s in text.lower()] == []


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return write(tmp_path / "MUSTERMANN_ERIKA_19570101" / "pat-4711")


def case_of(path: Path, series: str | None) -> Case:
    patient = {"code": "K012", "side": "left", "resection": "I+II"}
    return Case.model_validate({"case": patient, "ct": {"path": str(path), "series": series}})


def intake(path: Path, root: Path, series: str | None = None) -> Any:
    return run_stages(STAGES[:1], case_of(path, series), root, JsonLines())


def manifest_text(path: Path, series: str | None, records: Any, case_file: Path) -> str:
    case_file.write_text(f"path = '{path}'")
    return dumps(manifest(case_of(path, series), case_file, records))


@pytest.mark.parametrize("series", [None, UIDS, TEXT])
def test_reading_leaves_no_trace_of_the_patient(scan: Path, tmp_path: Path, capfd: Any, series: str | None) -> None:
    records = intake(scan.parent, tmp_path / "run", series)
    assert (tmp_path / "run" / "ct" / "ct.nrrd").stat().st_size > 1000
    for file in (f for f in (tmp_path / "run").rglob("*") if f.is_file() and f.parent.name != "ct"):
        clean(file.relative_to(tmp_path / "run").as_posix() + file.read_bytes().decode("latin-1"))
    clean((tmp_path / "run" / "ct" / "scan.json").read_text())
    clean(str(records))
    clean(manifest_text(scan.parent, series, records, tmp_path / "case.toml"))
    clean("".join(capfd.readouterr()))


def cut(folder: Path) -> None:
    file = sorted(folder.iterdir())[5]
    file.write_bytes(file.read_bytes()[:-7])


def cut_header(folder: Path) -> None:
    """One file alone, cut where its patient's name has just been."""
    first, *others = sorted(folder.iterdir())
    for file in others:
        file.unlink()
    first.write_bytes(first.read_bytes()[:9000])


def lose(folder: Path) -> None:
    sorted(folder.iterdir())[20].unlink()


def second(folder: Path) -> None:
    write(folder / "Mustermann 2", UIDS + ".5", 4)


def double(folder: Path) -> None:
    shutil.copy(sorted(folder.iterdir())[3], folder / "Erika.dcm")
    data = bytearray((folder / "Erika.dcm").read_bytes())
    data[-1] ^= 1
    (folder / "Erika.dcm").write_bytes(data)


@pytest.mark.parametrize("harm", [cut, cut_header, lose, second, double])
def test_refusals_name_files_but_not_the_patient(scan: Path, tmp_path: Path, capfd: Any, harm: Any) -> None:
    harm(scan)
    with pytest.raises(InputError) as caught:
        intake(scan.parent, tmp_path / "run")
    clean(str(caught.value))
    assert "in the order of names" in str(caught.value) or harm is second
    clean("".join(capfd.readouterr()))


def test_a_run_names_files_of_the_engineers_by_what_is_in_them(tmp_path: Path) -> None:
    folder = tmp_path / "Mueller_Anna"
    folder.mkdir()
    for name in ("extra.stl", "own.json"):
        (folder / name).write_text(name)
    shape = {"kind": "stl", "path": str(folder / "extra.stl")}
    case = Case.model_validate(
        {
            "case": {"code": "K012", "side": "left", "resection": "I+II"},
            "ct": {"path": str(folder)},
            "body": {"add": [shape], "cut": [shape]},
            "screws": {"catalogue": str(folder / "own.json")},
        }
    )
    (tmp_path / "case.toml").write_text("")
    told = manifest(case.model_copy(update={"ct": case.ct.model_copy(update={"path": tmp_path / "case.toml"})}),
                    tmp_path / "case.toml", {})  # fmt: skip
    assert "Anna" not in dumps(told)
    assert Case.model_validate({**told["parameters"], "ct": {"path": "scan"}}).body.add[0].kind == "stl"
