import numpy as np
import pytest
import scipy.ndimage as ndi

from hemipelvis.arrays import Array
from hemipelvis.segmentation.projector import filtered_back_projection, geometry, project
from hemipelvis.segmentation.reduce_artefacts import Reduced, reduce_artefacts
from hemipelvis.settings import MarSettings
from hemipelvis.volume import Volume

SIZE, PIXEL_MM = 128, 1.5
SPACING, ORIGIN = np.array([PIXEL_MM, PIXEL_MM, 2.0]), np.array([-300.0, 250.0, -550.0])
Y, X = (np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2) * PIXEL_MM
METAL = np.hypot(X - 20, Y - 5) < 8


def body() -> Array:
    """A water disc with a ring of bone and an air bubble, HU."""
    hu = np.where(np.hypot(X / 1.1, Y) < 70, 40.0, -1000.0)
    ring = np.abs(np.hypot(X + 25, Y) - 14) < 3
    return np.where(np.hypot(X - 5, Y + 40) < 8, -1000, np.where(ring, 900, hu))


def scanned(metal: Array) -> Array:
    """The body with metal as a scanner sees it: rays through metal saturate, and are noisy as starved rays are."""
    g = geometry(SIZE, SIZE, (PIXEL_MM, PIXEL_MM))
    both = project(np.stack([(body() + 1000) / 1000, metal], axis=2), g)
    noise = ndi.gaussian_filter(np.random.default_rng(0).normal(0, 100, both[..., 1].shape), 1.5)  # a detector's blur
    seen = both[..., 0] + np.where(both[..., 1] > 0.1, 60 * (1 - np.exp(-both[..., 1] / 10)) + noise, 0)
    hu = filtered_back_projection(seen[..., None], g)[..., 0] * 1000 - 1000
    return np.clip(np.where(metal, 3071, np.minimum(hu, 2500)), -1024, 3071)


CLEAN, WITH_METAL = scanned(np.zeros_like(METAL)), scanned(METAL)
SPOILT = np.stack([CLEAN, CLEAN, WITH_METAL, WITH_METAL, CLEAN])


def reduced(method: str) -> Reduced:
    ct = Volume(SPOILT.astype(np.int16), SPACING, ORIGIN)
    return reduce_artefacts(ct, MarSettings.model_validate({"method": method}))


def error(slice_hu: Array) -> float:
    tissue = (np.hypot(X, Y) < 65) & (np.hypot(X - 20, Y - 5) > 12)
    return float(np.sqrt(np.mean((slice_hu - CLEAN)[tissue] ** 2)))


@pytest.mark.parametrize("method", ["li", "nmar", "fsnmar", "fused"])
def test_artefacts_are_reduced(method: str) -> None:
    assert error(reduced(method).volume.voxels[2]) < 0.5 * error(SPOILT[2])


def test_a_prior_beats_a_straight_line() -> None:
    assert error(reduced("nmar").volume.voxels[2]) < error(reduced("li").volume.voxels[2])


@pytest.mark.parametrize("method", ["none", "li", "nmar", "fsnmar", "fused"])
def test_slices_without_metal_keep_their_bits(method: str) -> None:
    assert np.array_equal(reduced(method).volume.voxels[[0, 1, 4]], SPOILT[[0, 1, 4]].astype(np.int16))


@pytest.mark.parametrize("method", ["nmar", "fused"])
def test_metal_and_air_around_the_body_keep_their_bits(method: str) -> None:
    result = reduced(method)
    kept = result.metal.voxels[2] | (np.hypot(X / 1.1, Y) > 80)
    assert np.array_equal(result.volume.voxels[2][kept], SPOILT[2].astype(np.int16)[kept])


def test_confidence_falls_from_all_rays_inside_metal_to_few_far_from_it() -> None:
    share = reduced("li").confidence.voxels
    assert share[2][np.hypot(X - 20, Y - 5) < 5].min() == 100
    assert share[2][np.hypot(X - 20, Y - 5) > 60].max() < 25
    assert not share[[0, 1, 4]].any()


def test_the_grid_and_types_are_the_scans() -> None:
    result = reduced("li")
    assert result.volume.voxels.dtype == np.int16
    assert result.metal.voxels.dtype == bool
    assert result.confidence.voxels.dtype == np.uint8
    assert np.array_equal(result.volume.origin, ORIGIN)


def test_nothing_is_done_without_metal() -> None:
    ct = Volume(SPOILT[[0, 1, 4]].astype(np.int16), SPACING, ORIGIN)
    result = reduce_artefacts(ct, MarSettings())
    assert np.array_equal(result.volume.voxels, ct.voxels)
    assert "no metal found" in result.warnings[0]


def test_the_same_scan_gives_the_same_bits() -> None:
    assert np.array_equal(reduced("fused").volume.voxels, reduced("fused").volume.voxels)
