"""Headers of single- and multi-frame files, and damage of every kind."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from hemipelvis.errors import InputError
from hemipelvis.segmentation.read_series import read_scan

HU = np.random.default_rng(0).integers(-900, 2500, (6, 5, 4)).astype(np.int16)


def test_frames_out_of_order_are_put_in_place_each_with_its_rescale(tmp_path: Path, enhanced: Any) -> None:
    volume = read_scan(enhanced(tmp_path / "one.dcm", (3, 0, 5, 2, 4, 1))).volume
    assert np.array_equal(volume.voxels, HU)
    assert np.allclose(volume.spacing, (0.7, 0.8, 2.0))


def test_one_of_two_stacks_must_be_named(tmp_path: Path, enhanced: Any, refusal: Any) -> None:
    file = enhanced(tmp_path / "one.dcm", range(6), stacks=2)
    lines = refusal(file).split("\n")[1:]
    assert ["stack 1, 6 slices" in line for line in lines] == [True, False]
    assert ["stack 2, 6 slices" in line for line in lines] == [False, True]
    assert np.array_equal(read_scan(file, lines[1].split('"')[1]).volume.voxels, HU - 1)


def test_frames_without_a_description_are_refused(tmp_path: Path, write: Any, refusal: Any) -> None:
    def edit(k: int, d: Dataset) -> None:
        d.NumberOfFrames, d.PixelData = 2, d.PixelData * 2

    assert "without position" in refusal(write(tmp_path, edit=edit))


@pytest.mark.parametrize(
    ("keyword", "value", "words"),
    [
        ("ImageOrientationPatient", [1, 0, 0, 0.5, 0.5, 0], "right angle"),
        ("PixelSpacing", [0, 0], "no size"),
        ("RescaleSlope", 0, "slope of 0"),
        ("ImagePositionPatient", ["nan", 0, 0], "no number"),
    ],
)
def test_an_impossible_place_is_refused(
    tmp_path: Path, write: Any, refusal: Any, keyword: str, value: Any, words: str
) -> None:
    def edit(k: int, d: Dataset) -> None:
        if k == 2:
            setattr(d, keyword, value)

    assert words in (text := refusal(write(tmp_path, edit=edit)))
    assert "slice03" in text


def test_damage_is_refused_or_harmless_but_never_a_fault(tmp_path: Path, write: Any, enhanced: Any) -> None:
    rng = random.Random(0)
    files = [*write(tmp_path / "a").iterdir(), enhanced(tmp_path / "b" / "one.dcm", range(6))]
    refused = 0
    for _ in range(150):
        file = rng.choice(files)
        whole = file.read_bytes()
        damaged = bytearray(whole[: rng.randrange(132, len(whole))] if rng.random() < 0.3 else whole)
        for _ in range(rng.choice((1, 4, 20))):
            damaged[rng.randrange(128, len(damaged))] = rng.randrange(256)
        file.write_bytes(damaged)
        try:
            read_scan(file.parent)
        except InputError:
            refused += 1
        file.write_bytes(whole)
    assert refused > 30
