"""Laws of bones told by name."""

import pytest

from hemipelvis.labels import Label
from hemipelvis.segmentation.label_names import bone_by_name


@pytest.mark.parametrize(
    ("name", "bone"),
    [
        ("hip_left", Label.HIP_LEFT), ("Right Femur", Label.FEMUR_RIGHT), ("vertebrae_S1", Label.SACRUM),
        ("vertebrae_L5", Label.LUMBAR), ("Femur_L", Label.FEMUR_LEFT), ("right hip bone", Label.HIP_RIGHT),
        ("os coxae (left)", Label.HIP_LEFT), ("SACRUM", Label.SACRUM),
    ],
)  # fmt: skip
def test_common_names_are_understood(name: str, bone: Label) -> None:
    assert bone_by_name(name) is bone


@pytest.mark.parametrize(
    "name", ["pelvis", "sacrum screws", "left left", "femur", "hip left right", "gluteus_left", ""]
)
def test_a_name_that_says_more_or_less_than_one_bone_is_none(name: str) -> None:
    assert bone_by_name(name) is None
