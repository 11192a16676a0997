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


def seen_through(batch: Batch, image: Array) -> tuple[Array, Array]:
    """The slices as rays through metal show them (HU), and the trust [0, 1] in each pixel's metal rays.

    image: the best slices so far, HU.
    """
    foretold, left = beyond(batch, bone_kept(batch.bare(image), batch.bodies))
    trust = ray_trust(ray_noise(left, batch.metal.trace))
    crossing = np.maximum(back_project(batch.metal.trace.astype(np.float32), batch.geometry), np.float32(1e-3))
    return batch.image(foretold + trust * left), back_project(trust, batch.geometry) / crossing


def beyond(batch: Batch, prior: Array) -> tuple[Array, Array]:
    """The sinogram as a prior foretells it, and what was measured in the trace beyond that and the metal."""
    foretold = batch.filled(prior)
    excess = batch.sinogram - foretold
    return foretold, excess - metal_contribution(excess, foretold, batch.metal, batch.geometry)


def with_measured(batch: Batch, prior: Array) -> Array:
    """The sinogram filled in over a prior, and moved toward the measured readings as far as their noise allows."""
    foretold, left = beyond(batch, prior)
    return foretold + measured_share(ray_noise(left, batch.metal.trace)) * left
