"""Laws of label maps from elsewhere: the same bones whatever the format, and no guessing."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels.utils import pack_bits
from pydicom.uid import UID, ExplicitVRLittleEndian, SegmentationStorage

from hemipelvis.arrays import Array
from hemipelvis.errors import InputError
from hemipelvis.labels import BONES, Label
from hemipelvis.segmentation.read_segments import read_segments
from hemipelvis.segmentation.take_labels import take_labels, with_bones
from hemipelvis.volume import Volume, read_volume

CT = Volume(np.zeros((8, 10, 12), np.int16), np.array([0.8, 0.9, 1.5]), np.array([-30.0, 20.0, -500.0]))
TRUTH = np.zeros((8, 10, 12), np.uint8)
TRUTH[1:4, 2:5, 3:9], TRUTH[5:7, 5:9, 2:6] = Label.SACRUM, Label.HIP_LEFT
NAMED = {"Sacrum": Label.SACRUM, "Left hip bone": Label.HIP_LEFT}


def taken(path: Path, numbering: str = "hemipelvis", **names: str) -> Array:
    return take_labels(read_segments(path), CT, numbering, names, ())[0].voxels


def as_numbers(folder: Path) -> Path:
    sitk.WriteImage(CT.like(TRUTH).image(), str(folder / "map.nii.gz"))
    return folder / "map.nii.gz"


def as_totalsegmentator(folder: Path) -> Path:
    numbers = np.select([TRUTH == Label.SACRUM, TRUTH == Label.HIP_LEFT], [25, 77]).astype(np.uint8)
    numbers[3][numbers[3] == 25] = 26
    sitk.WriteImage(CT.like(numbers).image(), str(folder / "map.nrrd"))
    return folder / "map.nrrd"


def as_masks(folder: Path) -> Path:
    for name, bone in NAMED.items():
        sitk.WriteImage(CT.like((bone == TRUTH) * np.uint8(255)).image(), str(folder / f"{name}.nii.gz"))
    return folder


def as_slicer(folder: Path, layers: bool) -> Path:
    masks = [b == TRUTH for b in NAMED.values()]
    stack = np.stack(masks, -1).astype(np.uint8) if layers else np.array(masks[0] + 2 * masks[1], np.uint8)
    image = sitk.GetImageFromArray(stack, isVector=layers)
    image.CopyInformation(CT.image())
    for n, name in enumerate(NAMED):
        keys = {"Name": name, "LabelValue": "1" if layers else str(n + 1), "Layer": str(n if layers else 0)}
        for key, value in keys.items():
            image.SetMetaData(f"Segment{n}_{key}", value)
    sitk.WriteImage(image, str(folder / "slicer.seg.nrrd"))
    return folder / "slicer.seg.nrrd"


def _item(**values: object) -> list[Dataset]:
    item = Dataset()
    for name, value in values.items():
        setattr(item, name, value)
    return [item]


def as_dicom(folder: Path) -> Path:
    """Only slices with something in them, the highest first, as many exporters write them."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, SegmentationStorage
    meta.MediaStorageSOPInstanceUID = UID("1.2.3")
    d = Dataset()
    d.file_meta, d.SOPClassUID, d.SOPInstanceUID = meta, SegmentationStorage, "1.2.3"
    d.SegmentationType, d.Rows, d.Columns, d.SamplesPerPixel = "BINARY", 10, 12, 1
    d.BitsAllocated = d.BitsStored = 1
    d.HighBit = d.PixelRepresentation = 0
    d.PhotometricInterpretation = "MONOCHROME2"
    d.SegmentSequence = [_item(SegmentNumber=n + 1, SegmentLabel=name)[0] for n, name in enumerate(NAMED)]
    shared = Dataset()
    shared.PlaneOrientationSequence = _item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    shared.PixelMeasuresSequence = _item(PixelSpacing=[0.9, 0.8], SliceThickness=1.5)
    d.SharedFunctionalGroupsSequence, groups, frames = [shared], [], []
    for n, bone in enumerate(NAMED.values()):
        for k in [k for k in range(7, -1, -1) if (TRUTH[k] == bone).any()]:
            group = Dataset()
            group.SegmentIdentificationSequence = _item(ReferencedSegmentNumber=n + 1)
            group.PlanePositionSequence = _item(ImagePositionPatient=[-30.0, 20.0, -500.0 + 1.5 * k])
            groups.append(group)
            frames.append(TRUTH[k] == bone)
    d.PerFrameFunctionalGroupsSequence, d.NumberOfFrames = groups, len(frames)
    d.PixelData = pack_bits(np.array(frames, np.uint8))
    d.save_as(folder / "seg.dcm", enforce_file_format=True)
    return folder / "seg.dcm"


def test_every_format_gives_the_same_bones(tmp_path: Path) -> None:
    for write in (as_numbers, as_masks, as_dicom, lambda f: as_slicer(f, False), lambda f: as_slicer(f, True)):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        assert np.array_equal(taken(write(folder)), TRUTH), write


def test_the_first_sacral_vertebra_of_totalsegmentator_belongs_to_the_sacrum(tmp_path: Path) -> None:
    assert np.array_equal(taken(as_totalsegmentator(tmp_path), "totalsegmentator v2"), TRUTH)


def test_the_engineer_says_which_segment_is_which_bone(tmp_path: Path) -> None:
    swapped = taken(as_slicer(tmp_path, False), **{"Sacrum": "hip_left", "Left hip bone": "sacrum"})
    assert np.array_equal(swapped == Label.SACRUM, TRUTH == Label.HIP_LEFT)


def test_a_map_with_axes_turned_lies_where_it_lay(tmp_path: Path) -> None:
    sitk.WriteImage(sitk.DICOMOrient(CT.like(TRUTH).image(), "RAS"), str(tmp_path / "ras.nrrd"))
    assert np.array_equal(taken(tmp_path / "ras.nrrd"), TRUTH)


def test_single_bones_replace_those_found_and_leave_the_others(tmp_path: Path) -> None:
    found = CT.like(np.full(TRUTH.shape, Label.HIP_LEFT, np.uint8))
    sacrum, _ = take_labels(read_segments(as_masks(tmp_path)), CT, "hemipelvis", {}, [Label.SACRUM])
    merged = with_bones(found, sacrum).voxels
    assert np.array_equal(merged, np.where(TRUTH == Label.SACRUM, Label.SACRUM, Label.HIP_LEFT))


def test_a_bone_that_is_asked_for_and_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="femur_left"):
        take_labels(read_segments(as_masks(tmp_path)), CT, "hemipelvis", {}, [Label.FEMUR_LEFT])


def test_a_map_without_any_known_bone_is_refused_with_its_segments(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="25, 26, 77"):
        taken(as_totalsegmentator(tmp_path))


def test_a_name_that_the_map_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Sacrrum"):
        taken(as_masks(tmp_path), Sacrrum="sacrum")


def test_a_grey_image_is_no_label_map(tmp_path: Path) -> None:
    grey = np.random.default_rng(1).normal(0, 300, TRUTH.shape).astype(np.float32)
    sitk.WriteImage(CT.like(grey).image(), str(tmp_path / "ct.nrrd"))
    with pytest.raises(InputError, match="grey"):
        read_segments(tmp_path / "ct.nrrd")


def test_both_numberings_of_totalsegmentator_name_the_same_bones_of_a_real_pelvis(data: Path) -> None:
    folder = data / "ct" / "totalseg_example"
    ct, found = read_volume(folder / "example_ct.nii.gz"), []
    for numbering, classes in (("totalsegmentator v1", 104), ("totalsegmentator v2", 117)):
        segments = read_segments(folder / f"example_seg_{numbering[-2:]}_{classes}classes.nii.gz")
        found.append(take_labels(segments, ct, numbering, {}, ())[0].voxels)
    for bone in set(BONES) - {Label.FEMUR_LEFT}:  # there the first version lost what lies beside a nail
        a, b = (f == bone for f in found)
        assert 2 * np.count_nonzero(a & b) / (a.sum() + b.sum()) > 0.9, bone
