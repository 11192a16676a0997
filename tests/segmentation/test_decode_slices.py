"""Stored bits to Hounsfield units."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from hemipelvis.segmentation.read_series import read_scan

HU = np.random.default_rng(0).integers(-900, 2500, (6, 5, 4)).astype(np.int16)


def twelve_bits(d: Dataset, stored: Any, shift: int = 0) -> None:
    d.PixelRepresentation, d.BitsStored, d.HighBit, d.RescaleIntercept = 0, 12, 11 + shift, -1024
    d.PixelData = (np.asarray(stored, np.uint16) << shift).tobytes()


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, RLELossless])
def test_transfer_syntaxes_agree_to_the_bit(tmp_path: Path, write: Any, syntax: Any) -> None:
    def edit(k: int, d: Dataset) -> None:
        if syntax == RLELossless:
            d.compress(syntax)
        d.file_meta.TransferSyntaxUID = syntax

    assert np.array_equal(read_scan(write(tmp_path, edit=edit)).volume.voxels, HU)


def test_bits_above_those_stored_do_not_count(tmp_path: Path, write: Any) -> None:
    def edit(k: int, d: Dataset) -> None:
        twelve_bits(d, HU[k] + 1024)
        d.PixelData = (np.frombuffer(d.PixelData, np.uint16) | 0xA000).tobytes()

    assert np.array_equal(read_scan(write(tmp_path, edit=edit)).volume.voxels, HU)


def test_bits_may_be_stored_high(tmp_path: Path, write: Any) -> None:
    def edit(k: int, d: Dataset) -> None:
        twelve_bits(d, HU[k] + 1024, shift=4)

    assert np.array_equal(read_scan(write(tmp_path, edit=edit)).volume.voxels, HU)


def test_filler_beyond_the_bits_stored_is_air(tmp_path: Path, write: Any) -> None:
    def edit(k: int, d: Dataset) -> None:
        stored = (HU[k] + 1024).astype(np.uint16)
        stored[0] = 63536
        twelve_bits(d, stored)
        d.add_new("PixelPaddingValue", "US", 63536)

    voxels = read_scan(write(tmp_path, edit=edit)).volume.voxels
    assert (voxels[:, 0] == -1024).all()
    assert np.array_equal(voxels[:, 1:], HU[:, 1:])


def test_a_range_of_filler_is_air(tmp_path: Path, write: Any) -> None:
    def edit(k: int, d: Dataset) -> None:
        d.add_new("PixelPaddingValue", "SS", -2000)
        d.add_new("PixelPaddingRangeLimit", "SS", -1500)

    hu = HU.copy()
    hu[:, :, 0] = -1700
    assert (read_scan(write(tmp_path, hu, edit)).volume.voxels[:, :, 0] == -1024).all()


def test_a_filler_value_amid_tissue_stays(tmp_path: Path, write: Any) -> None:
    def edit(k: int, d: Dataset) -> None:
        d.add_new("PixelPaddingValue", "SS", 0)

    hu = np.full((4, 7, 7), 50, np.int16)
    hu[:, 3, 3], hu[:, 0], hu[:, 1, 1] = 0, 0, -1000
    voxels = read_scan(write(tmp_path, hu, edit)).volume.voxels
    assert (voxels[:, 3, 3] == 0).all()
    assert (voxels[:, 0] == -1024).all()


def test_an_extended_scale_reaches_metal(tmp_path: Path, write: Any) -> None:
    def edit(k: int, d: Dataset) -> None:
        twelve_bits(d, np.pad(np.arange(18 * 18).reshape(18, 18) % 19 * 200 + 200, 1))
        d.RescaleSlope, d.RescaleIntercept = 10, -10240

    assert read_scan(write(tmp_path, np.zeros((3, 20, 20)), edit)).volume.voxels.max() == 27760


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEGLSLossless, RLELossless])
def test_a_compressed_slice_cut_off_is_refused(data: Path, tmp_path: Path, refusal: Any, syntax: Any) -> None:
    name = {JPEG2000Lossless: "CT2_J2KR", JPEGLSLossless: "CT2_JLSL", RLELossless: "CT2_RLE"}[syntax]
    whole = (data / "dicom" / "wg04_ct" / name).read_bytes()
    for n in range(4):
        (tmp_path / str(n)).write_bytes(whole.replace(b"-545.000000", b"-54%d.000000" % n))
    assert read_scan(tmp_path).volume.size[2] == 4
    (tmp_path / "2").write_bytes((tmp_path / "2").read_bytes()[:-4000])
    assert refusal(tmp_path).startswith("Got: 2, whose pixels")
