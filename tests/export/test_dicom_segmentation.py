import subprocess
from pathlib import Path
from shutil import which

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from hemipelvis.export.dicom_filing import filing
from hemipelvis.export.dicom_segmentation import segmentation_object
from hemipelvis.labels import Label
from hemipelvis.phantom.series import write_series
from hemipelvis.segmentation.dicom_segments import dicom_segments
from hemipelvis.volume import Volume

VOXELS = np.random.default_rng(0).integers(0, 9, (5, 6, 8)).astype(np.uint8)
LABELS = Volume(VOXELS, (0.8, 0.9, 1.5), (-200.25, 100.5, -600.0))  # type: ignore[arg-type]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return write(tmp_path, tmp_path / "a.dcm")


def write(folder: Path, path: Path) -> Path:
    write_series(folder / "ct", LABELS.like(VOXELS.astype(np.int16)), "somebody")
    headers = [pydicom.dcmread(f, stop_before_pixels=True) for f in sorted((folder / "ct").iterdir())]
    segmentation_object(LABELS, filing(headers, "K012", "20310517")).save_as(path)
    return path


def test_every_label_comes_back_in_its_place_under_its_number(written: Path) -> None:
    found = dicom_segments(written)
    assert [(name, number) for name, number, _ in found] == [(x.name.lower(), int(x)) for x in Label if x]
    for _, number, image in found:
        corner = np.rint(LABELS.index_from_world(image.GetOrigin())).astype(int)
        whole = np.zeros(VOXELS.shape, np.uint8)
        mask = sitk.GetArrayFromImage(image)
        whole[corner[2] : corner[2] + len(mask)] = mask
        assert np.array_equal(whole, number == VOXELS)
        assert np.allclose(image.GetSpacing(), LABELS.spacing)


def test_sides_are_stated(written: Path) -> None:
    kinds = {s.SegmentLabel: s.SegmentedPropertyTypeCodeSequence[0] for s in pydicom.dcmread(written).SegmentSequence}
    sides = {k: v.SegmentedPropertyTypeModifierCodeSequence[0].CodeMeaning for k, v in kinds.items() if "_" in k}
    assert sides == {"hip_right": "Right", "hip_left": "Left", "femur_right": "Right", "femur_left": "Left"}


def test_the_same_labels_give_the_same_bytes(tmp_path: Path) -> None:
    assert write(tmp_path, tmp_path / "a.dcm").read_bytes() == write(tmp_path, tmp_path / "b.dcm").read_bytes()


@pytest.mark.skipif(which("dciodvfy") is None, reason="dciodvfy (Debian: dicom3tools) is not installed")
def test_dciodvfy_finds_no_error(written: Path) -> None:
    said = subprocess.run(["dciodvfy", written], capture_output=True, text=True, check=False).stderr
    assert "Segmentation" in said and "Error" not in said
