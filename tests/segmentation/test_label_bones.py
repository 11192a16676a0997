"""The whole labelling, on a real pelvis."""

from pathlib import Path

import numpy as np
import pytest

from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.segmentation.label_bones import label_bones
from hemipelvis.settings import SegmentationSettings
from hemipelvis.volume import Volume, on_grid, read_volume

FLOORS = {"hip_left": 0.8, "hip_right": 0.8, "femur_left": 0.85, "femur_right": 0.85}


def no_metal(ct: Volume) -> Volume:
    return ct.like(np.zeros(ct.voxels.shape, bool))


def test_the_bones_of_a_real_pelvis_are_told_apart(data: Path) -> None:
    whole = read_volume(data / "ct" / "s0328" / "ct328_bone.nrrd")
    ct = whole.crop(whole.origin, whole.origin + np.array([400, 400, 200]))
    found = label_bones(ct, ct, no_metal(ct), Side.LEFT, SegmentationSettings()).labels.voxels
    for name, floor in FLOORS.items():
        truth = on_grid(read_volume(data / "ct" / "s0328" / f"{name}.nii.gz"), ct, 0, nearest=True).voxels > 0
        mine = found == Label[name.upper()]
        assert 2 * np.count_nonzero(truth & mine) / (truth.sum() + mine.sum()) > floor, name


def test_a_scan_without_bone_is_refused() -> None:
    ct = Volume(np.zeros((40, 40, 40), np.int16), np.full(3, 3.0), np.zeros(3))
    with pytest.raises(InputError, match="no bone"):
        label_bones(ct, ct, no_metal(ct), Side.LEFT, SegmentationSettings())


def test_a_scan_without_a_hip_joint_is_refused() -> None:
    voxels = np.zeros((50, 50, 50), np.int16)
    voxels[10:40, 15:35, 15:35] = 700
    ct = Volume(voxels, np.full(3, 3.0), np.zeros(3))
    with pytest.raises(InputError, match="femoral head"):
        label_bones(ct, ct, no_metal(ct), Side.LEFT, SegmentationSettings())
