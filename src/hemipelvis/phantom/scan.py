"""The phantom's CT scanner: polychromatic, noisy, starved behind metal, corrected for water only.

Its physics is its own; nothing here is shared with the artefact reduction it is there to test.
"""

from dataclasses import dataclass

import numpy as np
from numba import prange
from scipy.ndimage import uniform_filter1d

from hemipelvis.arrays import Array, Mask, Voxels
from hemipelvis.compiled import compiled_parallel
from hemipelvis.phantom.paint import Scene, Window
from hemipelvis.phantom.projector import Geometry, field_of_view, project, reconstruct
from hemipelvis.phantom.spectrum import MATERIALS, spectrum
from hemipelvis.progress import Progress, silent
from hemipelvis.volume import Volume

PHOTONS = 1.2e6
"""Quanta per ray in air: some 8 HU of noise in a pelvis, as in routine scans."""
ELECTRONIC = 8.0
"""Standard deviation of the read-out, in quanta."""
FLOOR = 2.0
"""Signals are cut off here before the logarithm."""
COMPACT_HU = 1500.0
"""CT number of pure cortical bone (ICRU 44) behind 300 mm of water in this beam; tissue above 100 HU is a mix up to it.
"""
HIGHEST_HU, LOWEST_HU = 3071, -1024
"""The twelve-bit range of most scanners."""
STARVED = 120.0
"""Rays with fewer quanta are averaged with their neighbours before the logarithm."""
WATER_MM = np.linspace(0, 700, 1401)


@dataclass(frozen=True)
class Scans:
    """ct: int16 HU; clean: the same scan and noise without hardware, where `wanted` was true, else −2048."""

    ct: Volume
    clean: Volume


def scan(scene: Scene, wanted: Mask, seed: int, progress: Progress = silent) -> Scans:
    """Scan a scene slice by slice; views and bins follow the grid."""
    tissue = scene.tissue
    geometry = Geometry(tissue.voxels.shape[2], float(tissue.spacing[0]), tissue.voxels.shape[2])
    ct = np.full(tissue.voxels.shape, LOWEST_HU, np.int16)
    clean = np.full(tissue.voxels.shape, -2048, np.int16)
    circle = field_of_view(geometry)
    for k in range(len(ct)):
        progress("scanning", k / len(ct))
        plain = _tissue_integrals(tissue.voxels[k], geometry)
        metal = _hardware_integrals(scene, k, geometry)
        ct[k] = _image(plain if metal is None else _with(plain, metal), geometry, circle, (seed, k))
        ask = wanted[k] & circle
        if ask.any():
            clean[k] = np.where(ask, _image(plain, geometry, ask, (seed, k)), -2048)
    return Scans(tissue.like(ct), tissue.like(clean))


def _tissue_channels(hu: Array) -> Array:
    """Densities (rows, columns, 2) of water and compact bone, relative to the pure materials."""
    bone = np.clip((hu - 100.0) / (COMPACT_HU - 100.0), 0, None)
    water = np.clip(1 + np.minimum(hu, 100) / 1000.0, 0, None) * np.clip(1 - bone, 0, 1)
    return np.stack([water, bone], -1).astype(np.float32)


def _tissue_integrals(hu: Array, geometry: Geometry) -> Array:
    """Line integrals (views, bins, 2) through the body; the air round it costs nothing."""
    body = np.argwhere(hu > -990)
    low, high = (body.min(0), body.max(0) + 1) if len(body) else (np.zeros(2, int), np.ones(2, int))
    part = hu[low[0] : high[0], low[1] : high[1]]
    return project(_tissue_channels(part), geometry, (int(low[0]), int(low[1])))


def _hardware_integrals(scene: Scene, k: int, geometry: Geometry) -> Array | None:
    """Change of the line integrals (views, bins, materials) by the hardware of one slice: tissue away, metal in."""
    layers = [(m, w, s[k - w[0].start]) for m, w, s in scene.hardware if w[0].start <= k < w[0].stop]
    layers = [(m, w, s) for m, w, s in layers if s.any()]
    if not layers:
        return None
    rows, columns = _hull([w for _, w, _ in layers])
    shares = np.zeros((rows.stop - rows.start, columns.stop - columns.start, len(MATERIALS)), np.float32)
    for material, window, share in layers:
        j, i = window[1].start - rows.start, window[2].start - columns.start
        at = shares[j : j + share.shape[0], i : i + share.shape[1]]
        at[..., MATERIALS.index(material)] = np.maximum(at[..., MATERIALS.index(material)], share)
    shares /= np.maximum(shares.sum(-1, keepdims=True), 1)
    gone = shares.sum(-1, keepdims=True)
    shares[..., :2] -= gone * _tissue_channels(scene.tissue.voxels[k, rows, columns])
    return project(shares, geometry, (rows.start, columns.start))


def _hull(windows: list[Window]) -> tuple[slice, slice]:
    """Rows and columns that hold all windows."""
    rows, columns = ([w[a] for w in windows] for a in (1, 2))
    return (
        slice(min(r.start for r in rows), max(r.stop for r in rows)),
        slice(min(c.start for c in columns), max(c.stop for c in columns)),
    )


def _with(plain: Array, metal: Array) -> Array:
    total = metal.copy()
    total[..., :2] += plain
    return total


def _image(lengths: Array, geometry: Geometry, wanted: Array, seed: tuple[int, int]) -> Voxels:
    """int16 HU of a slice from line integrals (views, bins, materials)."""
    water = _water_equivalent(_noisy(_signal(lengths), seed))
    hu = (reconstruct(water, geometry, wanted) - 1) * 1000
    return np.where(wanted, np.clip(np.rint(hu), LOWEST_HU, HIGHEST_HU), LOWEST_HU).astype(np.int16)


def _signal(lengths: Array) -> Array:
    """Share (views, bins) of the beam that is left after the lengths of each material."""
    beam = spectrum()
    used = np.ascontiguousarray(beam.attenuation[: lengths.shape[-1]], dtype=np.float32)
    return _transmitted(lengths, used, beam.weights.astype(np.float32))


@compiled_parallel
def _transmitted(lengths: Array, attenuation: Array, weights: Array) -> Array:
    views, bins, materials = lengths.shape
    out = np.empty((views, bins), np.float32)
    for v in prange(views):
        for u in range(bins):
            total = np.float32(0)
            for e in range(weights.shape[0]):
                path = np.float32(0)
                for m in range(materials):
                    path += lengths[v, u, m] * attenuation[m, e]
                total += weights[e] * np.exp(-path)
            out[v, u] = total
    return out


def _noisy(signal: Array, seed: tuple[int, int]) -> Array:
    """Quanta counted: Poisson (as normal above 50 quanta), and the noise of the read-out.

    The normal numbers come first from the generator, so scans with and without metal share them.
    """
    rng = np.random.default_rng(seed)
    mean = PHOTONS * signal.astype(np.float64)
    bell = rng.standard_normal(signal.shape, np.float32)
    readout = ELECTRONIC * rng.standard_normal(signal.shape, np.float32)
    counts = mean + np.sqrt(mean) * bell
    few = mean < 50
    counts[few] = rng.poisson(mean[few])
    return np.maximum(_adapted(counts + readout), FLOOR) / PHOTONS


def _adapted(counts: Array) -> Array:
    """Starved rays averaged over 3 views and 9 bins, the others as they are.

    After Hsieh, "Adaptive streak artifact reduction in computed tomography resulting from excessive x-ray photon
    noise" (10.1118/1.598410).
    """
    mean = uniform_filter1d(uniform_filter1d(counts, 3, axis=0, mode="nearest"), 9, axis=1, mode="nearest")
    trust = np.clip(mean / STARVED - 0.5, 0, 1)
    return mean + (counts - mean) * trust


def _water_equivalent(signal: Array) -> Array:
    """Millimetres of water (views, bins) that would leave the same signal: the scanner's only hardening correction."""
    known = spectrum().polychromatic(np.pad(WATER_MM[:, None], ((0, 0), (0, len(MATERIALS) - 1))))
    slope = (WATER_MM[-1] - WATER_MM[-2]) / (known[-1] - known[-2])
    depth = -np.log(signal)
    beyond = WATER_MM[-1] + slope * (depth - known[-1])
    return np.where(depth > known[-1], beyond, np.interp(depth, known, WATER_MM)).astype(np.float32)
