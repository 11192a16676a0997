import numpy as np
import scipy.ndimage as ndi

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.fused_interpolation import fused
from hemipelvis.segmentation.metal_contribution import MetalTrace
from hemipelvis.segmentation.projector import back_project, filtered_back_projection, geometry, project
from hemipelvis.segmentation.seen_through import Batch

N, PIXEL_MM = 128, 1.2
G = geometry(N, N, (PIXEL_MM, PIXEL_MM))
Y, X = ((np.mgrid[:N, :N] - (N - 1) / 2) * PIXEL_MM)[..., None]
BODY = np.hypot(X, Y) < 65
RODS = (np.hypot(X + 12, Y) < 3) | (np.hypot(X - 12, Y) < 3) | (np.hypot(X, Y - 14) < 3)
BONE = (np.abs(X) < 6) & (np.abs(Y + 5) < 30)
TRUTH = np.where(BODY, 40.0, -1000.0) + np.where(BONE & ~RODS, 800, 0)
SEED = np.where(BONE & (Y < -18), 800.0, 0.0)  # What a thresholded prior keeps: the end of the bone, far from metal.


def batch(noise_mm: float) -> Batch:
    """The body as scanned with three hardened metal rods and rays through them as noisy as stated, mm of water."""
    length, clean = project(RODS.astype(np.float32), G), project(((TRUTH + 1000) / 1000).astype(np.float32), G)
    noise = ndi.gaussian_filter(np.random.default_rng(0).normal(0, 1, clean.shape), (0, 0.8, 0)) * noise_mm
    seen = clean + 9 * length - np.float32(0.15) * length**2 + np.where(length > 0.1, noise, 0)
    hu = (filtered_back_projection(seen.astype(np.float32), G) * 1000 - 1000).astype(np.float32)
    glow = np.asarray(ndi.binary_dilation(RODS, np.ones((3, 3, 1))), bool)
    metal = MetalTrace(glow, length, project(glow.astype(np.float32), G) > 0.1)
    return Batch(hu, project((hu + 1000) / 1000, G), metal, BODY, G)


def filled(held: Batch) -> Array:
    prior = np.where(BODY, SEED, -1000).astype(np.float32)
    return fused(held, prior, back_project(held.metal.trace.astype(np.float32), G) / np.float32(G.angles))


def error(held: Batch, sinogram: Array, where: Mask) -> float:
    """Against interpolation over the truth, HU."""
    best = held.image(held.filled(TRUTH.astype(np.float32)))
    return float(np.sqrt(np.mean((held.image(sinogram) - best)[where & ~held.metal.glow] ** 2)))


def plain(held: Batch) -> Array:
    return held.filled(np.where(BODY, SEED, -1000).astype(np.float32))


def test_bone_between_thin_metal_comes_back() -> None:
    held = batch(0.3)
    between = BONE & (np.abs(Y - 3) < 10)
    assert error(held, filled(held), between) < 0.6 * error(held, plain(held), between)


def test_starved_rays_leave_plain_normalised_interpolation() -> None:
    held = batch(60.0)
    assert np.array_equal(filled(held), plain(held))


def test_rays_beside_the_metal_keep_their_bits() -> None:
    held = batch(0.3)
    off = ~held.metal.trace
    assert np.array_equal(filled(held)[off], held.sinogram[off])
