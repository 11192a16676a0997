"""Copies are left out; two images in one place are not copies."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from hemipelvis.segmentation.read_series import read_scan

HU = np.random.default_rng(0).integers(-900, 2500, (6, 5, 4)).astype(np.int16)


def test_a_series_copied_twice_is_read_once(tmp_path: Path, write: Any) -> None:
    shutil.copytree(write(tmp_path / "a"), tmp_path / "b" / "again")
    scan = read_scan(tmp_path)
    assert np.array_equal(scan.volume.voxels, HU)
    assert "6 slices are there twice" in scan.warnings[0]


def test_another_image_in_the_same_place_is_refused(tmp_path: Path, write: Any, refusal: Any) -> None:
    write(tmp_path / "a")
    write(tmp_path / "b", HU[:1] + 1)
    assert "a/slice00 and b/slice00 at z = -550.0 mm" in refusal(tmp_path)
