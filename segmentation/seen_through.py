"""Slices rebuilt from what rays through thin metal still measure: bone that interpolation deletes comes back.

The present image, metal out and noise smoothed, is the prior; the trace is interpolated over it as NMAR does; the
metal's contribution is fitted to the measured trace and taken off; and the interpolated reading moves toward the
measured one by that ray's trust. The image is noisier and less even than an interpolated one: it tells *where bone
is* between metal parts, and is not for looking at.
"""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.bone_keeping import bone_kept
from hemipelvis.segmentation.metal_contribution import MetalTrace, metal_contribution
from hemipelvis.segmentation.metal_replaced import metal_replaced
from hemipelvis.segmentation.normalised_interpolation import normalised
from hemipelvis.segmentation.projector import Geometry, back_project, filtered_back_projection, project
from hemipelvis.segmentation.ray_trust import measured_share, ray_noise, ray_trust

MOMENTUM = 0.8  # The next prior is extrapolated from the last two images (Nesterov), which saves half of the passes.
LOWEST_HU, HIGHEST_HU = -1000, 2200  # A prior holds air to dense cortex.


@dataclass(frozen=True)
class Batch:
    """Slices (rows, columns, n) in HU, their sinogram (angles, bins, n) in mm of water, metal, and body outlines."""

    hu: Array
    sinogram: Array
    metal: MetalTrace
    bodies: Mask
    geometry: Geometry

    def of(self, slices: Array) -> "Batch":
        """Some of the slices, by their numbers."""
        hu, sinogram, bodies = (np.ascontiguousarray(a[..., slices]) for a in (self.hu, self.sinogram, self.bodies))
        return Batch(hu, sinogram, self.metal.of(slices), bodies, self.geometry)

    def filled(self, prior: Array) -> Array:
        """The sinogram with its trace interpolated over a prior (rows, columns, n; HU)."""
        tissue = project(np.maximum(prior + 1000, 0) / np.float32(1000), self.geometry)
        return normalised(self.sinogram, self.metal.trace, tissue)

    def image(self, filled: Array) -> Array:
        """The slices with the change of the sinogram reconstructed and added, HU."""
        return self.hu + filtered_back_projection(filled - self.sinogram, self.geometry) * np.float32(1000)

    def bare(self, image: Array) -> Array:
        """An image within the HU of tissue, metal painted over."""
        return metal_replaced(np.clip(image, LOWEST_HU, HIGHEST_HU).astype(np.float32), self.metal.glow)


@dataclass(frozen=True)
class Look:
    """A first look through metal with an image (rows, columns, n; HU) for prior.

    foretold: sinogram as that image foretells it; left: what was measured in the trace beyond it and the metal, both
    (angles, bins, n), mm of water; trust: [0, 1] in each of these rays; unexplained_mm: for each slice (n,) the root
    mean square of what trusted rays have left, infinite where no ray is trusted.
    """

    image: Array
    foretold: Array
    left: Array
    trust: Array
    unexplained_mm: Array

    def of(self, slices: Array) -> "Look":
        """Some of the slices, by their numbers."""
        image, foretold, left, trust = (a[..., slices] for a in (self.image, self.foretold, self.left, self.trust))
        return Look(image, foretold, left, trust, self.unexplained_mm[slices])


def look_through(batch: Batch, image: Array) -> Look:
    """What rays through metal tell beyond the slices' best image so far, HU."""
    foretold, left = beyond(batch, bone_kept(batch.bare(image), batch.bodies))
    trust = ray_trust(ray_noise(left, batch.metal.trace))
    return Look(image, foretold, left, trust, _unexplained(left, trust))


def seen_through(batch: Batch, look: Look, passes: int) -> Array:
    """The slices as rays through metal show them, HU; each pass after the first takes the last one's image for prior.

    Later passes agree with the measurement the better, noise included: trust stays that of the first look.
    """
    before, now = look.image, batch.image(look.foretold + look.trust * look.left)
    for _ in range(passes - 1):
        ahead = now + np.float32(MOMENTUM) * (now - before)
        foretold, left = beyond(batch, bone_kept(batch.bare(ahead), batch.bodies))
        before, now = now, batch.image(foretold + look.trust * left)
    return now


def trusted(batch: Batch, look: Look) -> Array:
    """Mean trust [0, 1] in the metal rays of each pixel (rows, columns, n)."""
    crossing = np.maximum(back_project(batch.metal.trace.astype(np.float32), batch.geometry), np.float32(1e-3))
    return back_project(look.trust, batch.geometry) / crossing


def _unexplained(left: Array, trust: Array) -> Array:
    weight = trust.astype(float).sum(axis=(0, 1))
    total = (trust * left.astype(float) ** 2).sum(axis=(0, 1))
    return np.where(weight > 0, np.sqrt(total / np.where(weight > 0, weight, 1)), np.inf)


def beyond(batch: Batch, prior: Array) -> tuple[Array, Array]:
    """The sinogram as a prior foretells it, and what was measured in the trace beyond that and the metal."""
    foretold = batch.filled(prior)
    excess = batch.sinogram - foretold
    return foretold, excess - metal_contribution(excess, foretold, batch.metal, batch.geometry)


def with_measured(batch: Batch, prior: Array) -> Array:
    """The sinogram filled in over a prior, and moved toward the measured readings as far as their noise allows."""
    foretold, left = beyond(batch, prior)
    return foretold + measured_share(ray_noise(left, batch.metal.trace)) * left
