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
from hemipelvis.segmentation.bone_keeping import bone_kept
from hemipelvis.segmentation.frequency_split import frequency_split
from hemipelvis.segmentation.fused_interpolation import fused
from hemipelvis.segmentation.linear_interpolation import bridged
from hemipelvis.segmentation.metal_contribution import MetalTrace
from hemipelvis.segmentation.projector import Geometry, back_project, geometry, project
from hemipelvis.segmentation.seen_through import Batch
from hemipelvis.segmentation.segment_metal import segment_metal
from hemipelvis.segmentation.tissue_prior import tissue_prior
from hemipelvis.settings import MarSettings
from hemipelvis.volume import Volume

BATCH = 16  # Slices at once: one line of 16 float32 is one cache line.
TRACE_MM = 0.1  # A ray with a longer way through (blurred) metal than this is guessed anew.
UNTOUCHED_HU = 5.0  # Below a tenth of a pelvic scan's noise: no artefact was there.
GUESSED = 0.5  # Where over half of the rays were guessed, bone is not to be trusted.
SMOOTHED = (0.05, 0.15)  # Share of rays through metal from which soft tissue is smoothed, and from which in full.


@dataclass(frozen=True)
class Reduced:
    """int16 HU after reduction, bool metal, and uint8 confidence: per cent of each voxel's rays that crossed metal."""

    volume: Volume
    metal: Volume
    confidence: Volume
    warnings: tuple[str, ...]


def reduce_artefacts(ct: Volume, settings: MarSettings, progress: Progress = silent) -> Reduced:
    """Reduce metal artefacts in the axial slices of a CT (int16 HU) by the method that the settings name.

    method "none" gives the CT itself, with its metal; "li" linear interpolation; "nmar" normalised interpolation;
    "fsnmar" the same with its edges from the scan; "fused" normalised interpolation over bone seen through the metal,
    with soft tissue smoothed where many rays crossed metal.
    """
    progress("segmenting metal", 0.0)
    metal = segment_metal(ct, settings.metal_hu)
    corrected, confidence = ct.voxels.copy(), np.zeros(ct.voxels.shape, np.uint8)
    touched = np.flatnonzero(metal.bloomed.voxels.any(axis=(1, 2)))
    tell = part(progress, 0.1, 1.0)
    done = 0
    for k in _batches(touched):
        tell("reducing artefacts", done / len(touched))
        masks = metal.bloomed.voxels[k], metal.outline.voxels[k]
        corrected[k], confidence[k] = _batch(ct.voxels[k], masks, ct.sampling[1:], settings.method)
        done += len(k)
    said = _warnings(metal.outline, confidence, settings)
    return Reduced(ct.like(corrected), metal.outline, ct.like(confidence), said)


def _batches(touched: Array) -> list[Array]:
    """Numbers of neighbouring slices, at most a batch together: bone is followed from one slice to the next."""
    runs = np.split(touched, np.flatnonzero(np.diff(touched) > 1) + 1)
    return [run[i : i + BATCH] for run in runs for i in range(0, len(run), BATCH)]


def _batch(slices: Array, masks: tuple[Mask, Mask], pixel_mm: tuple[float, float], method: str) -> tuple[Array, Array]:
    """Corrected int16 slices (n, rows, columns), and the per cent of each voxel's rays that crossed metal.

    masks: what shines, which is guessed anew, and the metal's own outline within it, which is put back.
    """
    hu, bloomed, outline = (_side_by_side(a) for a in (slices.astype(np.float32), *masks))
    g = geometry(hu.shape[0], hu.shape[1], pixel_mm)
    metal = _traced(bloomed, outline, g)
    share = back_project(metal.trace, g) / np.float32(g.angles)
    batch = Batch(hu, project(_water(hu), g), metal, _bodies(hu), g)
    corrected = _corrected(batch, bloomed, share, method)
    # Starved bands are as dark as air: where the body is, the corrected slices show.
    bodies = _bodies(np.maximum(hu, corrected))
    changed = (np.abs(ndi.gaussian_filter(corrected - hu, (2, 2, 0))) > UNTOUCHED_HU) & bodies & ~outline
    result = np.where(changed, np.rint(corrected), hu).clip(-1024, np.iinfo(np.int16).max)
    return _one_by_one(result, np.int16), _one_by_one(np.rint(share * 100).clip(0, 100), np.uint8)


def _traced(bloomed: Mask, outline: Mask, g: Geometry) -> MetalTrace:
    glow = _grown(bloomed)
    return MetalTrace(glow, project(outline.astype(np.float32), g), project(glow, g) > TRACE_MM)


def _corrected(batch: Batch, bloomed: Mask, share: Array, method: str) -> Array:
    """The batch's slices in HU after the method's correction."""
    if method == "none":
        return batch.hu
    straight = batch.image(bridged(batch.sinogram, batch.metal.trace))
    if method == "li":
        return straight
    prior = tissue_prior(straight, bloomed, batch.geometry.pixel_mm)
    if method == "fused":
        return _smoothed(batch.image(fused(batch, prior, share)), batch.bodies, share)
    plain = batch.image(batch.filled(prior))
    return frequency_split(batch.hu, plain, bloomed, batch.geometry.pixel_mm) if method == "fsnmar" else plain


def _smoothed(image: Array, bodies: Mask, share: Array) -> Array:
    """Noise of rays beside and through metal smoothed in soft tissue, the more of them cross metal; bone as it is."""
    weight = np.clip((share - SMOOTHED[0]) / np.float32(SMOOTHED[1] - SMOOTHED[0]), 0, 1)
    return image + weight * (bone_kept(image, bodies) - image)


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
