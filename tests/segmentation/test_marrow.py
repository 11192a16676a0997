"""Laws of marrow told from soft tissue."""

import numpy as np
import pytest
from scipy import ndimage

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.enclosure import enclosure
from hemipelvis.segmentation.marrow import MarrowRegions, with_marrow
from hemipelvis.volume import Volume

SOFT_HU = 50.0


def bone_with_canal(marrow_hu: float) -> tuple[Volume, Mask, Array, Array]:
    """A leaky ball of cortex and marrow in muscle with a cortex-lined canal through it; radius and canal distance."""
    z, y, x = np.indices((72, 72, 72)) - 36
    r, off = np.sqrt(x**2 + y**2 + z**2), np.hypot(y - 10, z)
    bright = ((r < 28) & (r > 25)) | ((r < 28) & (off < 8))
    bright &= (off > 6) & ~((np.hypot(x, y + 8) < 2) & (z > 0))
    hu = np.where(bright, 800, np.where((r < 26) & (off > 6), marrow_hu, SOFT_HU))
    noise = np.random.default_rng(5).normal(0, 25, hu.shape)
    return Volume((hu + noise).astype(np.float32), np.full(3, 1.2), np.array([-300.0, 280.0, -550.0])), bright, r, off


@pytest.mark.parametrize("marrow_hu", [-60.0, 130.0])
def test_marrow_is_filled_through_leaks_and_the_canal_stays_open(marrow_hu: float) -> None:
    ct, bright, r, off = bone_with_canal(marrow_hu)
    found = with_marrow(ct, bright, np.zeros_like(bright), enclosure(bright, 1.2, 45.0), 200)
    inside = (r < 25) & (off > 8) & ~bright
    assert found[inside].mean() > 0.95
    assert found[off < 5].mean() < 0.05
    assert not found[r > 31].any()


def test_where_the_scan_cannot_tell_them_apart_position_decides() -> None:
    ct, bright, r, off = bone_with_canal(SOFT_HU)
    clipped = ct.like(np.where(bright, ct.voxels, np.float32(0)))
    found = with_marrow(clipped, bright, np.zeros_like(bright), enclosure(bright, 1.2, 45.0), 200)
    assert found[(r < 24) & (off > 9) & ~bright].mean() > 0.9
    assert not found[r > 31].any()


def test_a_canal_stays_open_even_where_marrow_looks_like_nerves() -> None:
    """By density and position alone half of this canal is called marrow; the way in is open."""
    ct, bright, r, off = bone_with_canal(SOFT_HU + 10)
    regions = MarrowRegions(np.ones_like(bright), (r < 24) & (off > 9), np.ones_like(bright))
    share = enclosure(bright, 1.2, 45.0)
    alone, told = (with_marrow(ct, bright, np.zeros_like(bright), share, 200, w) for w in (None, regions))
    assert told[off < 5].mean() < 0.05
    assert alone[off < 5].mean() > 0.3
    assert told[(r < 25) & (off > 8) & ~bright].mean() > 0.95


def test_a_cavity_that_bone_and_marrow_wholly_enclose_is_filled() -> None:
    ct, bright, _, _ = bone_with_canal(130.0)
    cavity = np.zeros_like(bright)
    cavity[20:24, 50:54, 34:38] = True
    hollow = ct.like(np.where(cavity, np.float32(-80), ct.voxels))
    assert with_marrow(hollow, bright, np.zeros_like(bright), enclosure(bright, 1.2, 45.0), 200)[cavity].all()


def test_a_canal_whose_density_lies_beside_metal_takes_after_the_canal_above_and_below() -> None:
    """A streak makes a stretch of canal look like marrow: believed where no ray crossed metal, not where many did."""
    ct, bright, r, off = bone_with_canal(130.0)
    x = np.indices(bright.shape)[2] - 36
    streak = (off < 6) & (np.abs(x) < 5) & ~bright
    lying = ct.like(np.where(streak, ct.voxels + 80, ct.voxels))
    regions = MarrowRegions(np.ones_like(bright), (r < 24) & (off > 9), np.ones_like(bright))
    share, rays = enclosure(bright, 1.2, 45.0), np.where(np.abs(x) < 6, 0.5, 0.0).astype(np.float32)
    seen, doubted = (with_marrow(lying, bright, np.zeros_like(bright), share, 200, regions, c) for c in (None, rays))
    core = (off < 4) & (np.abs(x) < 3)
    assert seen[core].mean() > 0.95
    assert doubted[core].mean() < 0.05
    assert doubted[(r < 25) & (off > 8) & ~bright].mean() > 0.95


def test_a_canal_that_the_blur_of_its_cortex_nearly_closes_stays_open() -> None:
    z, y, x = np.indices((60, 60, 60)) - 30
    r, off = np.sqrt(x**2 + y**2 + z**2) * 1.2, np.hypot(y, z) * 1.2
    hu = np.where(off < 3.5, 50, np.where((off < 5.5) | ((r > 28) & (r < 30)), 1200, np.where(r < 28, 150, 50)))
    blurred = ndimage.gaussian_filter(np.where(r < 30, hu, 50).astype(np.float32), 0.9)
    blurred = blurred + np.random.default_rng(5).normal(0, 10, blurred.shape).astype(np.float32)
    ct = Volume(blurred, np.full(3, 1.2), np.zeros(3))
    bright = blurred > 200
    regions = MarrowRegions(np.ones_like(bright), (r < 26) & (off > 8), np.ones_like(bright))
    found = with_marrow(ct, bright, np.zeros_like(bright), enclosure(bright, 1.2, 45.0), 200, regions)
    assert found[(off < 2.5) & (np.abs(x) < 18)].mean() < 0.05
    assert bright[(off < 2.5) & (np.abs(x) < 18)].mean() > 0.2
