import subprocess
from pathlib import Path
from shutil import which

import pydicom
import pytest
import trimesh
from pydicom.dataset import Dataset

from hemipelvis.errors import InputError
from hemipelvis.export.dicom_filing import NEEDED, Filing, filing
from hemipelvis.export.dicom_part import Part, part_object
from hemipelvis.frames import Side
from hemipelvis.mesh import from_trimesh, write_stl


def header(k: int = 1, name: str = "Müller^Ödön") -> Dataset:
    d = Dataset()
    d.SpecificCharacterSet = "ISO_IR 100"
    d.PatientName, d.PatientID, d.PatientSex, d.StudyDate = name, "4711", "F", "20310516"
    d.SOPClassUID, d.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", f"1.2.3.{k}"
    d.StudyInstanceUID, d.SeriesInstanceUID, d.FrameOfReferenceUID = "1.2.4", "1.2.5", "1.2.6"
    return d


FILED = filing([header(1), header(2)], "K012", "20310517")


def written(folder: Path, filed: Filing = FILED, side: Side | None = Side.RIGHT, name: str = "a.dcm") -> Path:
    stl = folder / "part.stl"
    write_stl(stl, from_trimesh(trimesh.creation.icosphere(1, 10.0)))
    with stl.open("rb") as file:
        part_object(Part(stl, "K012 R implant", True, side), file, filed, 1).save_as(folder / name)
    return folder / name


def test_the_stl_comes_back_byte_for_byte(tmp_path: Path) -> None:
    found = pydicom.dcmread(written(tmp_path))
    assert found.EncapsulatedDocument == (tmp_path / "part.stl").read_bytes()


def test_it_says_millimetres_side_and_not_mirrored(tmp_path: Path) -> None:
    found = pydicom.dcmread(written(tmp_path))
    unit = found.MeasurementUnitsCodeSequence[0]
    assert (unit.CodeValue, unit.CodingSchemeDesignator) == ("mm", "UCUM")
    assert (found.ImageLaterality, found.ModelMirroring, found.Modality) == ("R", "NO", "M3D")
    assert "ImageLaterality" not in pydicom.dcmread(written(tmp_path, side=None))


def test_it_is_filed_under_the_scans_patient_study_and_frame(tmp_path: Path) -> None:
    found = pydicom.dcmread(written(tmp_path))
    assert (str(found.PatientName), found.PatientID) == ("Müller^Ödön", "4711")
    assert (found.StudyInstanceUID, found.FrameOfReferenceUID) == ("1.2.4", "1.2.6")
    assert [i.ReferencedSOPInstanceUID for i in found.SourceInstanceSequence] == ["1.2.3.1", "1.2.3.2"]
    assert found.SeriesInstanceUID != "1.2.5"


def test_the_same_part_gives_the_same_bytes_and_another_day_another_object(tmp_path: Path) -> None:
    one, same = written(tmp_path, name="a.dcm"), written(tmp_path, name="b.dcm")
    other = written(tmp_path, filing([header()], "K012", "20310518"), name="c.dcm")
    assert one.read_bytes() == same.read_bytes()
    assert pydicom.dcmread(other).SOPInstanceUID != pydicom.dcmread(one).SOPInstanceUID


@pytest.mark.parametrize("name", NEEDED)
def test_a_scan_without_its_identifiers_is_refused(name: str) -> None:
    bare = header()
    delattr(bare, name)
    with pytest.raises(InputError, match=name):
        filing([bare], "K012", "20310517")


@pytest.mark.skipif(which("dciodvfy") is None, reason="dciodvfy (Debian: dicom3tools) is not installed")
def test_dciodvfy_finds_no_error(tmp_path: Path) -> None:
    said = subprocess.run(["dciodvfy", written(tmp_path)], capture_output=True, text=True, check=False).stderr
    assert "EncapsulatedSTL" in said and "Error" not in said
