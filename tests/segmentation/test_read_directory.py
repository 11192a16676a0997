"""A DICOMDIR is a list of what must be there."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.fileset import FileSet

from hemipelvis.segmentation.read_series import read_scan
from hemipelvis.segmentation.scan_files import scan_inputs

HU = np.random.default_rng(0).integers(-900, 2500, (6, 5, 4)).astype(np.int16)


@pytest.fixture
def disc(tmp_path: Path, write: Any) -> Path:
    def edit(k: int, d: Dataset) -> None:
        d.StudyInstanceUID, d.StudyDate, d.StudyTime, d.StudyID, d.AccessionNumber = "1.5", "20240102", "10", "1", "7"
        d.SeriesNumber = 4

    files = FileSet()
    for file in sorted(write(tmp_path / "series", edit=edit).iterdir()):
        files.add(file)
    files.write(tmp_path / "disc")
    return tmp_path / "disc"


def images(disc: Path) -> list[Path]:
    return sorted(f for f in disc.rglob("*") if f.is_file() and f.name != "DICOMDIR")


def test_a_disc_is_read_by_its_folder_and_by_its_directory(disc: Path) -> None:
    assert np.array_equal(read_scan(disc).volume.voxels, HU)
    assert np.array_equal(read_scan(disc / "DICOMDIR").volume.voxels, HU)


def test_a_slice_lost_from_the_end_is_missed(disc: Path, refusal: Any) -> None:
    images(disc)[-1].unlink()
    assert "1 images of the series that DICOMDIR lists" in refusal(disc / "DICOMDIR")
    assert "1 images of the series that DICOMDIR lists" in refusal(disc)


def test_a_directory_of_nothing_is_refused(disc: Path, refusal: Any) -> None:
    for file in images(disc):
        file.unlink()
    assert "lists 6 images, none of which is there" in refusal(disc)


def test_names_in_small_letters_are_the_same_files(disc: Path, tmp_path: Path) -> None:
    for file in images(disc):
        small = tmp_path / "copy" / str(file.relative_to(disc)).lower()
        small.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, small)
    shutil.copy(disc / "DICOMDIR", tmp_path / "copy" / "dicomdir")
    assert np.array_equal(read_scan(tmp_path / "copy" / "dicomdir").volume.voxels, HU)


def test_a_change_in_an_image_is_a_change_of_the_input(disc: Path) -> None:
    assert set(images(disc)) < set(scan_inputs(disc / "DICOMDIR"))
