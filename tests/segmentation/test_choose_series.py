"""Several volumes in one series."""

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from hemipelvis.segmentation.read_series import read_scan

HU = np.random.default_rng(0).integers(-900, 2500, (6, 5, 4)).astype(np.int16)


def test_two_acquisitions_in_one_series_are_told_apart(tmp_path: Path, write: Any, refusal: Any) -> None:
    def numbered(number: int) -> Any:
        def edit(k: int, d: Dataset) -> None:
            d.AcquisitionNumber, d.ConvolutionKernel = number, "Br40"

        return edit

    write(tmp_path / "a", HU, numbered(1))
    write(tmp_path / "b", HU[::-1], numbered(2))
    lines = refusal(tmp_path).split("\n")[1:]
    assert all(f"acquisition {n}, 6 slices 2.00 mm apart, 2 mm thick" in line for n, line in enumerate(lines, 1))
    assert all("kernel Br40" in line for line in lines)
    keys = [line.split('"')[1] for line in lines]
    assert np.array_equal(read_scan(tmp_path, keys[1]).volume.voxels, HU[::-1])


def test_slices_numbered_by_acquisition_stay_together(tmp_path: Path, write: Any) -> None:
    def edit(k: int, d: Dataset) -> None:
        d.AcquisitionNumber = k + 1

    assert np.array_equal(read_scan(write(tmp_path, edit=edit)).volume.voxels, HU)


def test_an_archive_is_to_be_unpacked(tmp_path: Path, refusal: Any) -> None:
    (tmp_path / "export.zip").write_bytes(b"PK")
    assert "unpack the archive" in refusal(tmp_path)
