import numpy as np
import pytest

from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.segmentation.check_side import check_side, metal_sides, require_metal
from hemipelvis.volume import Volume


def scan(shift: int = 0) -> Volume:
    """A body, off the image's middle by `shift` pixels of 3 mm, above a table."""
    hu = np.full((12, 80, 120), -1000, np.int16)
    hu[:, 20:60, 30 + shift : 90 + shift] = 40
    hu[:, 66:68, :] = 100
    return Volume(hu, np.array([3, 3, 5]), np.array([-500, 100, -700]))


def metal(ct: Volume, *columns: slice) -> Volume:
    mask = np.zeros(ct.voxels.shape, bool)
    for c in columns:
        mask[2:10, 30:40, c] = True
    return ct.like(mask)


@pytest.mark.parametrize("shift", [-25, 0, 25])
def test_metal_is_placed_by_the_body_not_by_the_image(shift: int) -> None:
    ct = scan(shift)
    left = metal(ct, slice(75 + shift, 85 + shift))
    assert check_side(ct, left, Side.LEFT) == ()
    with pytest.raises(InputError, match=r"patient's left .* stated side: right"):
        check_side(ct, left, Side.RIGHT)


def test_mirroring_the_scan_swaps_the_sides() -> None:
    ct = scan(10)
    one = metal_sides(ct, metal(ct, slice(75, 90)))
    flipped = ct.like(ct.voxels[:, :, ::-1])
    other = metal_sides(flipped, metal(flipped, slice(30, 45)))
    assert (one.left_cm3, one.right_cm3) == pytest.approx((other.right_cm3, other.left_cm3))


def test_metal_on_both_sides_is_told_but_the_engineers_word_stands() -> None:
    ct = scan()
    both = metal(ct, slice(35, 45), slice(75, 86))
    assert "both sides" in check_side(ct, both, Side.LEFT)[0]
    assert "both sides" in check_side(ct, both, Side.RIGHT)[0]


def test_screws_are_no_endoprosthesis() -> None:
    ct = scan()
    require_metal(metal(ct, slice(75, 85)))
    with pytest.raises(InputError, match="largest piece of metal"):
        require_metal(metal(ct, slice(75, 76)))
