"""Intake laws on series written here, and refusals on odd DICOM of the test data."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from pydicom.dataset import Dataset

from hemipelvis.errors import InputError
from hemipelvis.progress import silent
from hemipelvis.segmentation.decode_slices import decode_slices
from hemipelvis.segmentation.read_series import read_scan, read_series
from hemipelvis.segmentation.slice_headers import slice_headers

SHAPE = (6, 5, 4)
HU = np.random.default_rng(0).integers(-900, 2500, SHAPE).astype(np.int16)
Edit = Callable[[int, Dataset], None]


def set_all(**values: Any) -> Edit:
    def edit(k: int, d: Dataset) -> None:
        for name, value in values.items():
            setattr(d, name, value)

    return edit


def test_slices_come_back_in_place_whatever_their_names(tmp_path: Path, write: Any) -> None:
    volume = read_scan(write(tmp_path / "a" / "nested")).volume
    assert np.array_equal(volume.voxels, HU)
    assert np.allclose(volume.spacing, (0.7, 0.8, 2.0))
    assert np.allclose(volume.origin, (-300, 250, -550))


def test_stray_files_and_localisers_are_passed_over(tmp_path: Path, write: Any) -> None:
    write(tmp_path)
    (tmp_path / "README.txt").write_text("not an image")
    write(tmp_path / "scout", HU[:1], set_all(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]), "1.2.4")
    scan = read_scan(tmp_path)
    assert np.array_equal(scan.volume.voxels, HU)
    assert "localiser" in scan.warnings[0]


def test_each_slice_has_its_own_rescale(tmp_path: Path, write: Any) -> None:
    def edit(k: int, d: Dataset) -> None:
        d.RescaleSlope, d.RescaleIntercept = 1 + k % 2, -10 * k

    k = np.arange(6)[:, None, None]
    expected = np.clip(HU * (1 + k % 2) - 10 * k, -1024, None)
    assert np.array_equal(read_scan(write(tmp_path, edit=edit)).volume.voxels, expected)


def test_padding_is_air(tmp_path: Path, write: Any) -> None:
    hu = HU.copy()
    hu[:, 0, :] = 500
    edit = set_all(PixelPaddingValue=500)
    assert (read_scan(write(tmp_path, hu, edit)).volume.voxels[:, 0] == -1024).all()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ((-1, 0, 0), (0, -1, 0)),  # prone
        ((-1, 0, 0), (0, 1, 0)),  # feet first
        ((0, 1, 0), (0, 0, -1)),  # sagittal
        ((1, 0, 0), (0, 0, -1)),  # coronal
        ((0, 1, 0), (1, 0, 0)),
    ],
)
def test_every_voxel_keeps_its_place_and_value(tmp_path: Path, row: Any, column: Any, write: Any) -> None:
    normal = np.cross(row, column)

    def edit(k: int, d: Dataset) -> None:
        d.ImageOrientationPatient = [*row, *column]
        d.ImagePositionPatient = (np.array([-300.0, 250.0, -550.0]) + 2 * k * normal).tolist()

    volume = read_scan(write(tmp_path, edit=edit)).volume
    k, j, i = (a.ravel() for a in np.indices(SHAPE))
    first = np.array([-300, 250, -550])
    points = first + np.outer(i * 0.7, row) + np.outer(j * 0.8, column) + np.outer(k * 2, normal)
    assert np.array_equal(volume.nearest(points, 9999), HU.ravel())
    assert volume.voxels.size == HU.size


def test_variable_spacing_is_resampled_with_figures(tmp_path: Path, write: Any) -> None:
    heights = [0, 2, 4, 6.3, 8, 10]
    ramp = np.rint(np.array(heights)[:, None, None] * 10 * np.ones(SHAPE)).astype(np.int16)

    def edit(k: int, d: Dataset) -> None:
        d.ImagePositionPatient = [-300.0, 250.0, heights[k]]

    scan = read_scan(write(tmp_path, ramp, edit))
    assert "from 1.70 to 2.30 mm" in scan.warnings[0]
    assert np.abs(scan.volume.voxels[:, 0, 0] - 20 * np.arange(6)).max() <= 1


def test_one_of_two_series_must_be_named(tmp_path: Path, write: Any, refusal: Any) -> None:
    write(tmp_path / "one", HU, set_all(SeriesNumber=7), "1.2.3")
    write(tmp_path / "two", HU[::-1], set_all(SeriesNumber=8), "1.2.4")
    text = refusal(tmp_path)
    keys = re.findall(r'"(\w{8})": series \d+ "(series [\d.]+)", 6 slices 2.00 mm apart', text)
    assert [told for _, told in keys] == ["series 1.2.3", "series 1.2.4"]
    assert np.array_equal(read_scan(tmp_path, keys[1][0]).volume.voxels, HU[::-1])
    assert np.array_equal(read_scan(tmp_path, "8").volume.voxels, HU[::-1])
    assert np.array_equal(read_scan(tmp_path, "1.2.4").volume.voxels, HU[::-1])
    assert np.array_equal(read_scan(tmp_path, "series 1.2.3").volume.voxels, HU)
    assert "which is no series" in refusal(tmp_path, "1.2.5")


def test_a_description_with_the_patients_name_is_withheld(tmp_path: Path, write: Any, refusal: Any) -> None:
    write(tmp_path / "one", uid="1.2.3", edit=set_all(SeriesDescription="Mustermann pelvis"))
    write(tmp_path / "two", uid="1.2.4")
    assert "mustermann" not in refusal(tmp_path).lower()


def test_a_missing_slice_is_refused_between_its_neighbours(tmp_path: Path, write: Any, refusal: Any) -> None:
    def edit(k: int, d: Dataset) -> None:
        d.ImagePositionPatient = [-300.0, 250.0, 2.0 * (k + (k > 2))]

    assert "4.00 mm between slice03 and slice10" in refusal(write(tmp_path, edit=edit))


def test_mixed_frames_of_reference_and_orientations_are_refused(tmp_path: Path, write: Any, refusal: Any) -> None:
    def frame(k: int, d: Dataset) -> None:
        d.FrameOfReferenceUID = f"1.9.{k // 3 + 1}"

    def turn(k: int, d: Dataset) -> None:
        d.ImageOrientationPatient = [1, 0, 0, 0, 1, 0] if k < 3 else [0, 1, 0, 0, 0, -1]

    assert "mixed frame of reference" in refusal(write(tmp_path / "a", edit=frame))
    assert "mixed orientation" in refusal(write(tmp_path / "b", edit=turn))


def test_localisers_and_too_few_slices_are_refused(tmp_path: Path, write: Any, refusal: Any) -> None:
    scouts = write(tmp_path / "b", edit=set_all(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]))
    assert "localiser" in refusal(scouts)
    assert "2 slices" in refusal(write(tmp_path / "c", HU[:2]))


def test_an_empty_folder_and_strangers_are_refused(tmp_path: Path, refusal: Any) -> None:
    assert "an empty folder" in refusal(tmp_path)
    (tmp_path / "notes.txt").write_text("no image here")
    assert "none of them a DICOM image" in refusal(tmp_path)


@pytest.mark.parametrize("kept", [0.3, 0.98])
def test_a_truncated_file_is_named(tmp_path: Path, kept: float, write: Any, refusal: Any) -> None:
    hu = np.zeros((4, 64, 64), np.int16)
    file = write(tmp_path, hu) / "slice00"
    whole = file.read_bytes()
    header = len(whole) - 64 * 64 * 2
    cut = int(header * 0.6) if kept < 0.5 else int(len(whole) * kept)
    file.write_bytes(whole[:cut])
    assert "slice00" in refusal(tmp_path)


def test_a_short_scan_is_refused_and_a_long_one_read(tmp_path: Path, write: Any) -> None:
    with pytest.raises(InputError, match="12 mm high"):
        read_series(write(tmp_path / "short"))
    assert read_series(write(tmp_path / "long", np.repeat(HU, 13, axis=0)[:76])).volume.size[2] == 76


def test_a_nifti_file_reads_back_to_the_same_points(tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(HU)
    image.SetSpacing((0.7, 0.8, 2.0))
    image.SetOrigin((-300.0, 250.0, -550.0))
    for name in ("scan.nii.gz", "scan.mha", "scan.nrrd"):
        sitk.WriteImage(sitk.DICOMOrient(image, "RAS"), str(tmp_path / name))
        volume = read_scan(tmp_path / name).volume
        assert np.array_equal(volume.voxels, HU)
        assert np.allclose(volume.origin, (-300, 250, -550), atol=1e-3)


def test_a_broken_volume_file_is_refused(tmp_path: Path, refusal: Any) -> None:
    (tmp_path / "scan.nrrd").write_bytes(b"NRRD0004\nnonsense")
    assert "a .nrrd file" in refusal(tmp_path / "scan.nrrd")


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("notavolume", "two different slices at one position"),
        ("slicecount", "images of MR"),
        ("sliceorientation", "images of MR"),
        ("sliceincrement/001", "10.00 mm between"),
        ("sliceincrement/002", "IM-0001-0003.dcm and IM-0001-0005.dcm"),
        ("", "4 CT series in one folder"),
    ],
)
def test_odd_series_are_refused(data: Path, folder: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_scan(data / "dicom" / "dicom2nifti_failing" / folder)


def test_a_compressed_series_is_read(data: Path) -> None:
    scan = read_scan(data / "dicom" / "totalseg_20slices")
    assert scan.volume.voxels.shape == (20, 512, 512)
    assert scan.facts["kvp"] == "120"
    assert scan.volume.voxels.min() == -1024


@pytest.mark.parametrize("syntax", ["JLSL", "JPLL", "RLE"])
@pytest.mark.parametrize("image", ["CT1", "CT2"])
def test_lossless_syntaxes_agree_to_the_bit(data: Path, image: str, syntax: str) -> None:
    folder = data / "dicom" / "wg04_ct"
    found = slice_headers(folder, (folder / f"{image}_J2KR", folder / f"{image}_{syntax}"), silent)
    one, other = decode_slices(folder, found.slices, silent)
    assert np.array_equal(one, other)
    assert one.min() == -1024


@pytest.mark.parametrize("lossy", ["JLSN", "J2KI"])
def test_lossy_syntaxes_are_near(data: Path, lossy: str) -> None:
    folder = data / "dicom" / "wg04_ct"
    found = slice_headers(folder, (folder / "CT2_J2KR", folder / f"CT2_{lossy}"), silent)
    one, other = decode_slices(folder, found.slices, silent).astype(int)
    assert np.abs(one - other).mean() < 20


def test_an_enhanced_multiframe_file_gives_its_frames_in_place(data: Path) -> None:
    folder = data / "dicom" / "pydicom"
    found = slice_headers(folder, (folder / "eCT_Supplemental.dcm",), silent)
    assert [s.position[2] for s in found.slices] == [-159, -149]
    assert found.slices[0].pixel_mm == pytest.approx((0.388672, 0.388672))
    raw = pydicom.dcmread(folder / "eCT_Supplemental.dcm").pixel_array.astype(int)
    assert np.array_equal(decode_slices(folder, found.slices, silent), raw - 1024)
