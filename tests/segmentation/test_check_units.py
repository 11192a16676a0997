"""Numbers that are Hounsfield units, and numbers that are not."""

from typing import Any

import numpy as np
import pytest

from hemipelvis.errors import InputError
from hemipelvis.segmentation.check_units import check_units


def body(air: int = -1000, tissue: int = 40, metal: int = 9000) -> Any:
    """A block of tissue with a rod of metal in air."""
    hu = np.full((8, 64, 64), air, np.int16)
    hu[:, 8:56, 8:56] = tissue + np.random.default_rng(0).integers(-40, 40, (8, 48, 48))
    hu[:, 30:34, 30:34] = metal
    return hu


def test_a_scan_passes_without_a_word() -> None:
    assert check_units(body()) == ()


def test_stored_values_are_refused() -> None:
    with pytest.raises(InputError, match="not Hounsfield units"):
        check_units(body(24, 1064, 10024))


def test_bone_alone_on_zero_is_let_through_with_a_warning() -> None:
    bones = np.where(np.random.default_rng(0).random((8, 64, 64)) < 0.1, 700, 0).astype(np.int16)
    assert "no air" in check_units(bones)[0]


def test_inverted_grey_values_are_refused() -> None:
    with pytest.raises(InputError, match="inverted"):
        check_units(3071 - body() - 1000)


def test_a_scale_that_ends_below_metal_is_said_with_its_end() -> None:
    assert "end at 3071 HU, which 128 voxels have" in check_units(np.minimum(body(), 3071))[0]


def test_unstated_units_need_air_in_its_place() -> None:
    assert "do not say" in check_units(body(), scale_stated=False)[0]
    with pytest.raises(InputError, match="without air"):
        check_units(np.maximum(body(), 0), scale_stated=False)
