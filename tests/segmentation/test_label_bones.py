"""The whole labelling, on a real pelvis."""

from pathlib import Path

import numpy as np
import pytest

from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.segmentation.label_bones import Labelled, label_bones
from hemipelvis.settings import SegmentationSettings
from hemipelvis.volume import Volume, on_grid, read_volume

FLOORS = {"hip_left": 0.8, "hip_right": 0.8, "femur_left": 0.85, "femur_right": 0.85}


def no_metal(ct: Volume) -> Volume:
    return ct.like(np.zeros(ct.voxels.shape, bool))


def made_up_pelvis(mirrored: bool = False, shift_mm: float = 0.0) -> Volume:
    """Heads in sockets, shafts, plates for wings and rami, a block for the sacrum; more bone on the right; 3 mm."""
    grid = Volume(np.zeros((70, 44, 84)), np.full(3, 3.0), np.array([-124.5, -70.0, -90.0]))
    p = grid.points_where(np.ones(grid.voxels.shape, bool)) * ([-1, 1, 1] if mirrored else [1, 1, 1])
    bone = (np.abs(p[:, 0]) < 38) & (np.abs(p[:, 1] - 40) < 16) & (np.abs(p[:, 2] - 60) < 26)
    core = (np.abs(p[:, 0]) < 34) & (np.abs(p[:, 1] - 40) < 12) & (np.abs(p[:, 2] - 60) < 22)
    for sign in (-1, 1):
        q = p * [sign, 1, 1] - [85, 0, 0]
        r = np.linalg.norm(q, axis=1)
        top = 95 if sign < 0 else 70
        wing = (
            (np.abs(q[:, 0] + 0.5 * q[:, 1] - 4) < 7) & (q[:, 2] > 24) & (q[:, 2] < top) & (np.abs(q[:, 1] - 15) < 50)
        )
        ramus = (np.hypot(q[:, 1] + 10, q[:, 2] + 22) < 9) & (q[:, 0] < -15) & (q[:, 0] > -80)
        socket = (r > 27) & (r < 35) & (q[:, 2] - q[:, 0] > 0)
        shaft = (np.hypot(q[:, 0] - 32, q[:, 1]) < 14) & (q[:, 2] < -8)
        neck = (np.hypot(q[:, 1], q[:, 0] + q[:, 2]) < 11) & (q[:, 0] > 0) & (q[:, 0] < 40) & (q[:, 2] < 0)
        bone |= (wing | ramus | socket | shaft | neck | (r < 23)) & ~((r > 23) & (r < 27) & ~neck)
        core |= r < 20
    hu = np.where(bone, np.where(core, 260, 600), 50) + np.random.default_rng(1).normal(0, 10, len(p))
    voxels = hu.reshape(grid.voxels.shape).astype(np.int16)
    return Volume(voxels, grid.spacing, grid.origin + shift_mm)


@pytest.fixture(scope="module")
def plain() -> Labelled:
    ct = made_up_pelvis()
    return label_bones(ct, ct, no_metal(ct), Side.LEFT, SegmentationSettings())


def test_every_bone_of_a_made_up_pelvis_but_the_spine_is_found(plain: Labelled) -> None:
    assert {1, 2, 3, 4, 5} <= set(np.unique(plain.labels.voxels).tolist())


def test_a_mirrored_patient_has_mirrored_labels(plain: Labelled) -> None:
    ct = made_up_pelvis(mirrored=True)
    found = label_bones(ct, ct, no_metal(ct), Side.RIGHT, SegmentationSettings()).labels.voxels[:, :, ::-1]
    for label in (1, 2, 3, 4, 5):
        swapped = label if label == 1 else label ^ 1
        a, b = plain.labels.voxels == label, found == swapped
        assert 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b)) > 0.93, label


def test_a_shifted_scan_has_the_same_labels(plain: Labelled) -> None:
    ct = made_up_pelvis(shift_mm=-512.0)
    found = label_bones(ct, ct, no_metal(ct), Side.LEFT, SegmentationSettings()).labels
    assert np.mean(found.voxels != plain.labels.voxels) < 1e-3


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
