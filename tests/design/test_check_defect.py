"""What is stated against what the label map shows."""

import numpy as np
import pytest

from hemipelvis.arrays import Voxels
from hemipelvis.design.check_defect import check_defect
from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.volume import Volume

TOP = 50


def blocks(left_from: int = 5, left_to: int = TOP) -> Volume:
    """A sacrum and two hips as blocks; the left hip survives between two slices."""
    voxels = np.zeros((60, 40, 80), np.uint8)
    voxels[30:50, 10:30, 35:45] = Label.SACRUM
    voxels[5:TOP, 10:30, 10:25] = Label.HIP_RIGHT
    voxels[left_from:left_to, 10:30, 55:70] = Label.HIP_LEFT
    return Volume(voxels, 2.0 * np.ones(3), np.array([-300.0, 280.0, -550.0]))


def mirrored(labels: Volume) -> Volume:
    swap = np.array([0, 1, 3, 2, 5, 4, 6, 7, 8], np.uint8)
    voxels: Voxels = swap[labels.voxels[:, :, ::-1]]
    return labels.like(voxels)


def test_the_stated_resections_pass_on_either_side() -> None:
    for labels, resection in ((blocks(left_to=20), "I+II"), (blocks(left_from=40), "I+II+III")):
        check_defect(labels, Side.LEFT, resection)
        check_defect(mirrored(labels), Side.RIGHT, resection)


def test_a_bone_that_is_gone_passes_as_wholly_resected() -> None:
    check_defect(blocks(left_from=0, left_to=0), Side.LEFT, "I+II+III")


@pytest.mark.parametrize(
    ("labels", "resection", "what"),
    [
        (blocks(), "I+II", "100% of the other side's volume"),
        (blocks(left_from=40), "I+II", "0% of the left pubis and ischium"),
        (blocks(left_to=30), "I+II+III", "% of the left pubis and ischium"),
    ],
)
def test_a_contradiction_is_refused_with_figures(labels: Volume, resection: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        check_defect(labels, Side.LEFT, resection)


def test_the_wrong_side_is_refused() -> None:
    with pytest.raises(InputError):
        check_defect(blocks(left_to=20), Side.RIGHT, "I+II")


@pytest.mark.parametrize(("first", "last", "where"), [(5, 60, "lowest slice"), (0, 50, "highest slice")])
def test_a_scan_that_cuts_the_pelvis_is_refused(first: int, last: int, where: str) -> None:
    labels = blocks(left_to=20)
    cut = Volume(labels.voxels[first:last], labels.spacing, labels.origin)
    with pytest.raises(InputError, match=where):
        check_defect(cut, Side.LEFT, "I+II")


@pytest.mark.parametrize("label", [Label.SACRUM, Label.HIP_RIGHT])
def test_a_missing_bone_is_named(label: Label) -> None:
    labels = blocks(left_to=20)
    with pytest.raises(InputError, match="sacrum" if label is Label.SACRUM else "right innominate bone"):
        check_defect(labels.like(np.where(labels.voxels == label, 0, labels.voxels)), Side.LEFT, "I+II")
