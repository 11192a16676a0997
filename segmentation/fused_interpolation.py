"""Normalised interpolation over a prior whose bone was seen through the metal.

The prior limits NMAR (10.1118/1.3480507), not the projector: bone that lies between metal parts is missing from it,
because all its rays are guessed. `seen_through` looks for it in the measured rays. Only its *bone* is taken over into
the prior, where rays are to be trusted and the bone hangs together with bone that is known without it; the result is
interpolated over that prior, so that noise and unevenness of the look through metal do not enter it. Where no ray is to
be trusted the prior stays Meyer's: iterating on a guess only makes it bolder. A round is taken over only where it
leaves clearly less of the trusted rays unexplained.
"""

import cc3d
import numpy as np
import scipy.ndimage as ndi

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.ray_trust import FORETOLD_MM2
from hemipelvis.segmentation.seen_through import Batch, Look, look_through, seen_through, trusted, with_measured

DEEP_PASSES = 3  # One pass drifts least; where metal's shadow is deep, bone shows only after several.
ROUNDS = 8
GAIN = 0.05  # A round must explain so much more of the trusted rays; 0.02 to 0.07 serve alike, more rounds only drift.
BONE_HU = 200.0  # Blurred bone, cancellous too; soft tissue without contrast medium stays under 100 HU.
RAMP_HU = 100.0  # Half the width of the change-over from soft tissue to bone.
SURE_HU = 300.0
SURE_SHARE = 0.15  # Bone with fewer of its rays through metal stands whatever the reduction does.
TRUST = (0.05, 0.2)  # Trust below which the look through metal counts for nothing, and from which it counts in full.


def fused(batch: Batch, prior: Array, share: Array) -> Array:
    """The batch's sinogram (angles, bins, n) with its metal trace filled in.

    prior: that of normalised interpolation (rows, columns, n), HU; share: of each pixel's rays that cross metal.
    """
    plain = batch.filled(prior)
    out = _in_rounds(batch, prior, share, plain, look_through(batch, batch.image(plain)), passes=1)
    look = look_through(batch, batch.image(out))
    deep = np.flatnonzero(_deep(batch, look))
    if deep.size:
        held, filled = batch.of(deep), np.ascontiguousarray(out[..., deep])
        out[..., deep] = _in_rounds(held, prior[..., deep], share[..., deep], filled, look.of(deep), DEEP_PASSES)
    return out


def _deep(batch: Batch, look: Look) -> Mask:
    """Slices (n,) most of whose rays through metal are to be trusted, and yet hold more than a good prior leaves."""
    believed = look.trust.sum(axis=(0, 1)) > 0.5 * batch.metal.trace.sum(axis=(0, 1))
    return np.asarray(believed & (look.unexplained_mm > np.sqrt(FORETOLD_MM2)))


def _in_rounds(batch: Batch, prior: Array, share: Array, filled: Array, look: Look, passes: int) -> Array:
    """The filled sinogram after as many rounds as each slice gains by; a round without gain is not taken over.

    look: through the metal, with the image of `filled`.
    """
    out, moving, held = filled.copy(), np.arange(filled.shape[2]), batch
    for _ in range(ROUNDS):
        weight = _weight(trusted(held, look))
        worth = np.flatnonzero((weight * share[..., moving]).max(axis=(0, 1)) > SURE_SHARE)
        moving, held, look, weight = moving[worth], held.of(worth), look.of(worth), weight[..., worth]
        if not moving.size:
            break
        seen = seen_through(held, look, passes)
        better = with_measured(
            held, _bone_prior(held, prior[..., moving], share[..., moving], look.image, seen, weight)
        )
        again = look_through(held, held.image(better))
        gains = np.flatnonzero(again.unexplained_mm < (1 - GAIN) * look.unexplained_mm)
        moving, held, look = moving[gains], held.of(gains), again.of(gains)
        out[..., moving] = better[..., gains]
    return out


def _weight(trust: Array) -> Array:
    return np.clip((trust - TRUST[0]) / np.float32(TRUST[1] - TRUST[0]), 0, 1)


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
