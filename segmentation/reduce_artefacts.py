"""Metal-artefact reduction in the sinogram of reconstructed slices.

A slice is projected, its metal trace filled in, and the *change* of the sinogram reconstructed and added to the
slice: what the metal did not touch is never re-projected, so noise and resolution stay the scanner's. Slices without
metal, air outside the body, and voxels that change by less than a few HU stay as they were; metal is put back.

Every inpainting may delete bone between metal parts: `confidence` says how many of a voxel's rays were guessed.
"""

from dataclasses import dataclass

import numpy as np
import scipy.ndimage as ndi

from hemipelvis.arrays import Array, Mask
from hemipelvis.progress import Progress, part, silent
from hemipelvis.segmentation.linear_interpolation import bridged
from hemipelvis.segmentation.normalised_interpolation import normalised
from hemipelvis.segmentation.projector import Geometry, back_project, filtered_back_projection, geometry, project
from hemipelvis.segmentation.segment_metal import segment_metal
from hemipelvis.segmentation.tissue_prior import tissue_prior
from hemipelvis.settings import MarSettings
from hemipelvis.volume import Volume

BATCH = 16  # Slices at once: one line of 16 float32 is one cache line.
TRACE_MM = 0.1  # A ray with a longer way through (blurred) metal than this is guessed anew.
UNTOUCHED_HU = 5.0  # Below a tenth of a pelvic scan's noise: no artefact was there.
GUESSED = 0.5  # Where over half of the rays were guessed, bone is not to be trusted.


@dataclass(frozen=True)
class Reduced:
    """int16 HU after reduction, bool metal, and uint8 confidence: per cent of each voxel's rays that crossed metal."""

    volume: Volume
    metal: Volume
    confidence: Volume
    warnings: tuple[str, ...]


def reduce_artefacts(ct: Volume, settings: MarSettings, progress: Progress = silent) -> Reduced:
    """Reduce metal artefacts in the axial slices of a CT (int16 HU) by the method that the settings name.

    method "none" gives the CT itself, with its metal; "li" linear interpolation; "nmar" normalised interpolation.
    """
    progress("segmenting metal", 0.0)
    metal = segment_metal(ct, settings.metal_hu)
    corrected, confidence = ct.voxels.copy(), np.zeros(ct.voxels.shape, np.uint8)
    touched = np.flatnonzero(metal.bloomed.voxels.any(axis=(1, 2)))
    tell = part(progress, 0.1, 1.0)
    for first in range(0, len(touched), BATCH):
        tell("reducing artefacts", first / len(touched))
        k = touched[first : first + BATCH]
        masks = metal.bloomed.voxels[k], metal.outline.voxels[k]
        corrected[k], confidence[k] = _batch(ct.voxels[k], masks, ct.sampling[1:], settings.method)
    said = _warnings(metal.outline, confidence, settings)
    return Reduced(ct.like(corrected), metal.outline, ct.like(confidence), said)


def _batch(slices: Array, masks: tuple[Mask, Mask], pixel_mm: tuple[float, float], method: str) -> tuple[Array, Array]:
    """Corrected int16 slices (n, rows, columns), and the per cent of each voxel's rays that crossed metal.

    masks: what shines, which is guessed anew, and the metal's own outline within it, which is put back.
    """
    hu, bloomed, outline = (_side_by_side(a) for a in (slices.astype(np.float32), *masks))
    g = geometry(hu.shape[0], hu.shape[1], pixel_mm)
    trace = project(_grown(bloomed), g) > TRACE_MM
    confidence = np.rint(back_project(trace, g) * (100 / g.angles)).clip(0, 100)
    change = _change(hu, bloomed, trace, g, method)
    changed = (np.abs(ndi.gaussian_filter(change, (2, 2, 0))) > UNTOUCHED_HU) & _bodies(hu) & ~outline
    result = np.where(changed, np.rint(hu + change), hu).clip(-1024, np.iinfo(np.int16).max)
    return _one_by_one(result, np.int16), _one_by_one(confidence, np.uint8)


def _change(hu: Array, metal: Array, trace: Array, g: Geometry, method: str) -> Array:
    """What the method adds to slices (rows, columns, n), HU."""
    if method == "none":
        return np.zeros_like(hu)
    sinogram = project(_water(hu), g)
    straight = _reconstructed(bridged(sinogram, trace) - sinogram, g)
    if method == "li":
        return straight
    prior = project(_water(tissue_prior(hu + straight, metal, g.pixel_mm)), g)
    return _reconstructed(normalised(sinogram, trace, prior) - sinogram, g)


def _reconstructed(difference: Array, g: Geometry) -> Array:
    return filtered_back_projection(difference, g) * np.float32(1000)


def _water(hu: Array) -> Array:
    """Attenuation relative to water; padding counts as air."""
    return np.maximum(hu + 1000, 0) / np.float32(1000)


def _grown(metal: Array) -> Array:
    """Metal and the pixels beside it, where its blur still outshines tissue."""
    cross = ndi.generate_binary_structure(2, 1)[:, :, None]
    return ndi.binary_dilation(metal, cross)


def _bodies(hu: Array) -> Array:
    """The filled outline of what is not air, slice by slice."""
    dense = ndi.gaussian_filter(hu, (2, 2, 0)) > -500
    return np.stack([np.asarray(ndi.binary_fill_holes(dense[..., n])) for n in range(hu.shape[2])], axis=2)


def _side_by_side(slices: Array) -> Array:
    return np.ascontiguousarray(np.moveaxis(slices, 0, 2))


def _one_by_one(slices: Array, dtype: type) -> Array:
    return np.moveaxis(slices, 2, 0).astype(dtype)


def _warnings(metal: Volume, confidence: Array, settings: MarSettings) -> tuple[str, ...]:
    if not metal.voxels.any():
        return ("no metal found: nothing was corrected",)
    if settings.method == "none":
        return ("metal-artefact reduction is switched off",)
    guessed = int(((confidence > 100 * GUESSED) & ~metal.voxels).sum()) * metal.voxel_mm3 / 1000
    return (f"over half of the rays were guessed in {guessed:.1f} cm³ beside metal: bone there may be missing",)
