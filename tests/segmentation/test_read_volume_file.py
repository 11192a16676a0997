"""Voxel files of every kind come back to the same points, or are refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from hemipelvis.segmentation.read_series import read_scan

HU = np.random.default_rng(0).integers(-900, 2500, (6, 5, 4)).astype(np.int16)


def image(voxels: Any = HU, turn_deg: float = 0.0) -> sitk.Image:
    made = sitk.GetImageFromArray(voxels)
    made.SetSpacing((0.7, 0.8, 2.0))
    made.SetOrigin((-300.0, 250.0, -550.0))
    c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    made.SetDirection((c, -s, 0, s, c, 0, 0, 0, 1))
    return made


@pytest.mark.parametrize("name", ["scan.nii.gz", "scan.nii", "scan.mha", "scan.mhd", "scan.nrrd", "scan.nhdr"])
@pytest.mark.parametrize("axes", ["LPS", "RAS", "LAS", "SAR", "PIL"])
def test_every_voxel_keeps_its_place(tmp_path: Path, name: str, axes: str) -> None:
    sitk.WriteImage(sitk.DICOMOrient(image(), axes), str(tmp_path / name))
    volume = read_scan(tmp_path / name).volume
    assert np.array_equal(volume.voxels, HU)
    assert np.allclose(volume.origin, (-300, 250, -550), atol=1e-3)


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int32])
def test_other_numbers_are_rounded_and_clipped(tmp_path: Path, kind: Any) -> None:
    values = HU.astype(kind)
    values[0, 0, :2] = (-3000, 40000)
    sitk.WriteImage(image(values), str(tmp_path / "scan.nii"))
    voxels = read_scan(tmp_path / "scan.nii").volume.voxels
    assert tuple(voxels[0, 0, :2]) == (-1024, 32767)
    assert np.array_equal(voxels[1:], HU[1:])


def test_no_number_is_outside_the_field(tmp_path: Path) -> None:
    values = HU.astype(np.float32)
    values[2] = np.nan
    sitk.WriteImage(image(values), str(tmp_path / "scan.mha"))
    assert (read_scan(tmp_path / "scan.mha").volume.voxels[2] == -1024).all()


def test_oblique_axes_are_turned_back_with_a_warning(tmp_path: Path) -> None:
    sitk.WriteImage(image(turn_deg=10.0), str(tmp_path / "scan.nrrd"))
    scan = read_scan(tmp_path / "scan.nrrd")
    assert "turned by 10.0°" in scan.warnings[-1]
    truth = sitk.Resample(image(turn_deg=10.0), scan.volume.image(), sitk.Transform(), sitk.sitkLinear, -1024)
    both = (scan.volume.voxels > -1024) & (sitk.GetArrayFromImage(truth) > -1024)
    assert np.abs(scan.volume.voxels[both] - sitk.GetArrayFromImage(truth)[both]).max() <= 1


def test_a_fourth_dimension_of_one_is_dropped_and_of_two_refused(tmp_path: Path, refusal: Any) -> None:
    sitk.WriteImage(sitk.JoinSeries([image()]), str(tmp_path / "one.nii"))
    assert np.array_equal(read_scan(tmp_path / "one.nii").volume.voxels, HU)
    sitk.WriteImage(sitk.JoinSeries([image(), image()]), str(tmp_path / "two.nii"))
    assert "4 × 5 × 6 × 2 voxels" in refusal(tmp_path / "two.nii")


def test_a_nifti_scale_is_applied_and_no_orientation_refused(tmp_path: Path, refusal: Any) -> None:
    sitk.WriteImage(image(), str(tmp_path / "scan.nii"))
    raw = bytearray((tmp_path / "scan.nii").read_bytes())
    raw[112:120] = np.array([2.0, -100.0], np.float32).tobytes()
    (tmp_path / "scaled.nii").write_bytes(raw)
    voxels = read_scan(tmp_path / "scaled.nii").volume.voxels
    assert np.array_equal(voxels, np.clip(2 * HU - 100, -1024, None))
    raw[252:256] = bytes(4)
    (tmp_path / "lost.nii").write_bytes(raw)
    assert "left and right could be exchanged" in refusal(tmp_path / "lost.nii")


def test_a_nifti_in_two_places_is_refused(tmp_path: Path, refusal: Any) -> None:
    sitk.WriteImage(image(), str(tmp_path / "scan.nii"))
    raw = bytearray((tmp_path / "scan.nii").read_bytes())
    raw[268:272] = np.array([77.0], np.float32).tobytes()
    (tmp_path / "scan.nii").write_bytes(raw)
    assert "qform and sform" in refusal(tmp_path / "scan.nii")


def test_a_nrrd_without_its_space_is_refused(tmp_path: Path, refusal: Any) -> None:
    sitk.WriteImage(image(), str(tmp_path / "scan.nrrd"))
    raw = (tmp_path / "scan.nrrd").read_bytes().replace(b"space: left-posterior-superior", b"space dimension: 3")
    (tmp_path / "scan.nrrd").write_bytes(raw)
    assert "left and right could be exchanged" in refusal(tmp_path / "scan.nrrd")


@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz", "scan.mha", "scan.nrrd"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.98])
def test_a_file_cut_off_is_refused_without_a_sound(
    tmp_path: Path, refusal: Any, capfd: Any, name: str, share: float
) -> None:
    sitk.WriteImage(image(), str(tmp_path / name))
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(share * len(whole))])
    assert "cut off" in refusal(tmp_path / name)
    assert "".join(capfd.readouterr()) == ""
