"""A block of marrow with a screw in it, tight or loose, all of it labelled bone as far as it is not metal."""

import numpy as np
import pytest

from hemipelvis.arrays import Array, Mask, unit
from hemipelvis.field import capsule
from hemipelvis.hardware import OldScrew
from hemipelvis.labels import Label
from hemipelvis.segmentation.lucent_rims import lucent_rims
from hemipelvis.volume import Volume, empty_grid

AXIS = unit([0.8, 0.5, 0.3])
ENDS = (-15 * AXIS, 15 * AXIS)
SCREW = OldScrew(1, "sacrum", ENDS[0], ENDS[1], 6.5, False, (ENDS,), ENDS)
GRID = empty_grid([-24, -24, -24], [24, 24, 24], 0.8)


def block(rim_mm: float, bone_hu: float = 260.0, noise_hu: float = 60.0) -> tuple[Volume, Volume, Mask]:
    """Labels, HU, and where the rim truly is."""
    off = capsule(*ENDS, 3.25).on(GRID).voxels
    metal, rim = off <= 0, (off > 0) & (off <= rim_mm)
    noise = np.random.default_rng(2).normal(0, noise_hu, off.shape)
    hu: Array = np.where(metal, 3000, np.where(rim, 40, bone_hu) + noise)
    labels = np.where(metal, Label.SCREWS, Label.SACRUM).astype(np.uint8)
    return GRID.like(labels), GRID.like(hu.astype(np.int16)), rim


def test_the_rim_of_a_loose_screw_is_found() -> None:
    labels, mar, rim = block(rim_mm=2.0)
    found = lucent_rims(labels, mar, (SCREW,))
    assert (found & rim).sum() > 0.75 * rim.sum() and (found & ~rim).sum() < 0.05 * rim.sum()


@pytest.mark.parametrize("rim_mm", [0.0, 0.3])
def test_a_tight_screw_has_none(rim_mm: float) -> None:
    labels, mar, rim = block(rim_mm)
    assert (lucent_rims(labels, mar, (SCREW,)) & ~rim).sum() < 0.001 * labels.voxels.size


def test_in_bone_too_thin_to_tell_nothing_is_taken() -> None:
    labels, mar, _ = block(rim_mm=2.0, bone_hu=120.0)
    assert not lucent_rims(labels, mar, (SCREW,)).any()


def test_bones_that_the_engineer_states_stay_as_they_are() -> None:
    labels, mar, _ = block(rim_mm=2.0)
    assert not lucent_rims(labels, mar, (SCREW,), bones=(Label.HIP_LEFT,)).any()
