"""Normalised interpolation over a prior whose bone was seen through the metal.

The prior limits NMAR (10.1118/1.3480507), not the projector: bone that lies between metal parts is missing from it,
because all its rays are guessed. `seen_through` looks for it in the measured rays. Only its *bone* is taken over into
the prior, where rays are to be trusted and the bone hangs together with bone that is known without it; the result is
interpolated over that prior, so that noise and unevenness of the look through metal do not enter it. Where no ray is to
be trusted the prior stays Meyer's: iterating on a guess only makes it bolder.
"""

import cc3d
import numpy as np
import scipy.ndimage as ndi

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.seen_through import Batch, seen_through, with_measured

ROUNDS = 6
SETTLED_HU = 10.0  # Well below a scan's noise: a slice that moves less is done, and more rounds only sharpen errors.
BONE_HU = 200.0  # Blurred bone, cancellous too; soft tissue without contrast medium stays under 100 HU.
RAMP_HU = 100.0  # Half the width of the change-over from soft tissue to bone.
SURE_HU = 300.0
SURE_SHARE = 0.15  # Bone with fewer of its rays through metal stands whatever the reduction does.
TRUST = (0.05, 0.2)  # Trust below which the look through metal counts for nothing, and from which it counts in full.


def fused(batch: Batch, prior: Array, share: Array) -> Array:
    """The batch's sinogram (angles, bins, n) with its metal trace filled in.

    prior: that of normalised interpolation (rows, columns, n), HU; share: of each pixel's rays that cross metal.
    """
    out = batch.filled(prior)
    image, moving = batch.image(out), np.arange(out.shape[2])
    for _ in range(ROUNDS):
        worth, filled = _round(batch.of(moving), prior[..., moving], share[..., moving], image)
        moving, before = moving[worth], image[..., worth]
        if not moving.size:
            break
        out[..., moving] = filled
        held = batch.of(moving)
        image = held.image(filled)
        goes_on = _moved(image - before, held, share[..., moving]) > SETTLED_HU
        moving, image = moving[goes_on], image[..., goes_on]
    return out


def _round(batch: Batch, prior: Array, share: Array, image: Array) -> tuple[Array, Array]:
    """Numbers of the slices where rays through metal tell anything, and their sinogram filled in over it."""
    if not image.shape[2]:
        return np.arange(0), batch.sinogram
    seen, trust = seen_through(batch, image)
    weight = np.clip((trust - TRUST[0]) / np.float32(TRUST[1] - TRUST[0]), 0, 1)
    worth = np.flatnonzero((weight * share).max(axis=(0, 1)) > SURE_SHARE)
    prior, share, image, seen, weight = (a[..., worth] for a in (prior, share, image, seen, weight))
    held = batch.of(worth)
    if not worth.size:
        return worth, held.sinogram
    return worth, with_measured(held, _bone_prior(held, prior, share, image, seen, weight))


def _moved(change: Array, batch: Batch, share: Array) -> Array:
    """Root mean square of each slice's change where many rays cross metal, HU."""
    seen = batch.bodies & (share > SURE_SHARE) & ~batch.metal.glow
    return np.sqrt((change**2 * seen).sum(axis=(0, 1)) / np.maximum(seen.sum(axis=(0, 1)), 1))


def _bone_prior(batch: Batch, prior: Array, share: Array, image: Array, seen: Array, weight: Array) -> Array:
    """Air and soft tissue at one value each, and bone as it is seen, where trusted; the first prior elsewhere."""
    known = batch.bare(image)
    bone = known + weight * (batch.bare(seen) - known)
    level = ndi.gaussian_filter(bone, (1, 1, 0), truncate=3.0)
    before = ndi.gaussian_filter(known, (1, 1, 0), truncate=3.0)
    held = _hanging_on(level > BONE_HU, (prior > 0) | ((before > SURE_HU) & (share < SURE_SHARE)))
    is_bone = np.clip((level - BONE_HU + RAMP_HU) / np.float32(2 * RAMP_HU), 0, 1) * held
    tissue = np.minimum(prior, 0)
    return prior + weight * (tissue + is_bone * (bone - tissue) - prior)


def _hanging_on(bone: Mask, sure: Mask) -> Array:
    """Bone connected to sure bone, and the pixels beside it, as 0 or 1; slices of a batch are neighbours."""
    parts = cc3d.connected_components(bone, connectivity=6)
    wanted = np.zeros(int(parts.max()) + 1, bool)
    wanted[np.unique(parts[bone & sure])] = True
    wanted[0] = False
    return ndi.binary_dilation(wanted[parts], np.ones((3, 3, 1))).astype(np.float32)
