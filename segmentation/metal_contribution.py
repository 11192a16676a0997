"""What metal adds to the projections of a slice, fitted so that it can be taken off again.

A ray through thin titanium still counts enough photons to tell what else it crossed. What it measures beyond tissue is
the metal's own attenuation, less what beam hardening and a clipped CT scale take away. That excess is modelled as
(a) the projection of an unknown image that lives on the metal and its glow alone, and (b) a polynomial of hardening
(Herman, Phys Med Biol 24:81, 1979, 10.1088/0031-9155/24/1/008) in two lengths, through metal and through tissue:
the beam that reaches metal behind much tissue is harder already. Both are smooth across a ray bundle; edges of bone are
not, and stay in what is left.
"""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.projector import Geometry, filtered_back_projection, project
from hemipelvis.segmentation.untyped import ndimage

POWERS = ((1, 0), (2, 0), (3, 0), (4, 0), (1, 1), (2, 1), (3, 1), (1, 2), (2, 2))  # Of metal and of tissue.
PASSES = 2  # Each pass re-fits what the other half of the model left.


@dataclass(frozen=True)
class MetalTrace:
    """The metal of a batch of slices: where it glows (rows, columns, n), and per ray (angles, bins, n) the length
    through its own outline in mm and whether the ray touches its glow.
    """

    glow: Mask
    length_mm: Array
    trace: Mask

    def of(self, slices: Array) -> "MetalTrace":
        """The same of some of the slices, by their numbers."""
        return MetalTrace(*(np.ascontiguousarray(a[..., slices]) for a in (self.glow, self.length_mm, self.trace)))


def metal_contribution(excess: Array, tissue: Array, metal: MetalTrace, g: Geometry) -> Array:
    """The part of `excess` (angles, bins, n; mm of water; measured less tissue) that metal explains; zero off trace.

    tissue: what the rays cross beside metal, by the present prior, mm of water.
    """
    rows, columns = _box(metal.glow)
    near, glow = g.window(rows, columns), metal.glow[rows, columns]
    shape, imaged = np.zeros(glow.shape, np.float32), np.zeros_like(excess)
    for _ in range(PASSES):
        left = excess - imaged - _hardening(excess - imaged, tissue, metal)
        left = np.where(metal.trace, left, np.float32(0))
        shape = shape + np.where(glow, filtered_back_projection(left, near), np.float32(0))
        imaged = project(shape, near)
    return np.where(metal.trace, imaged + _hardening(excess - imaged, tissue, metal), np.float32(0))


def _box(mask: Mask) -> tuple[slice, slice]:
    found = ndimage.find_objects(mask.any(axis=2).astype(np.uint8))[0]
    return found[0], found[1]


def _hardening(excess: Array, tissue: Array, metal: MetalTrace) -> Array:
    """Least-squares polynomial of both lengths, nothing where there is no metal, for each slice by itself."""
    out = np.zeros_like(excess)
    for n in range(excess.shape[2]):
        rays = metal.trace[..., n]
        length, behind = (a[..., n][rays].astype(float) for a in (metal.length_mm, tissue))
        if length.any():
            terms = _terms(length / length.max(), (behind - behind.mean()) / max(behind.std(), 1e-6))
            out[..., n][rays] = _fitted(terms, excess[..., n][rays].astype(float))
    return out


def _terms(length: Array, tissue: Array) -> Array:
    return np.stack([length**i * tissue**j for i, j in POWERS], axis=1)


def _fitted(terms: Array, values: Array) -> Array:
    """The least-squares fit's values. einsum instead of BLAS: its sums do not depend on the number of threads."""
    normal = np.einsum("ri,rj->ij", terms, terms) + 1e-9 * len(terms) * np.eye(terms.shape[1])
    return np.einsum("ri,i->r", terms, np.linalg.solve(normal, np.einsum("ri,r->i", terms, values)))
