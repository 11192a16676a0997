"""A cubic-voxel window around the metal, with a soft metal value between 0 and 1."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage as ndi

from hemipelvis.arrays import Array, Mask, Points
from hemipelvis.volume import Volume, on_grid

PITCH_MM = 0.75
"""Finer than the slices, about the pixels of a pelvic CT: cross-sections of 3.5 mm screws hold 17 samples."""
MARGIN_MM = 12.0
BOTTOM_HU = 1000.0
"""Below this nothing is metal: dense cortical bone reaches 1000 to 1500 HU between streaks."""
TOP_HU = 3071.0
"""Top of the 12-bit CT scale, where most scanners clip metal."""


@dataclass(frozen=True)
class MetalWindow:
    """hu: float32, clipped to the 12-bit scale; soft: float32, 0 to 1, half at about 2000 HU; metal: bool; one grid."""

    hu: Volume
    soft: Volume
    metal: Volume


def metal_window(ct: Volume, metal: Volume) -> MetalWindow:
    """The window of an int16 HU volume around its (non-empty) metal mask, resampled trilinearly."""
    points = metal.points_where(metal.voxels)
    lower, upper = points.min(axis=0) - MARGIN_MM, points.max(axis=0) + MARGIN_MM
    part, mask = ct.crop(lower, upper), metal.crop(lower, upper)
    size = np.ceil((part.upper - part.origin) / PITCH_MM).astype(int) + 1
    grid = Volume(np.zeros(tuple(size[::-1]), np.uint8), np.full(3, PITCH_MM), part.origin)
    clipped = part.like(np.clip(part.voxels, -1024, TOP_HU).astype(np.float32))
    hu = on_grid(clipped, grid, -1024.0)
    whole = on_grid(mask.like(mask.voxels.astype(np.float32)), grid, 0.0).voxels >= 0.5
    return MetalWindow(hu, grid.like(_soft(hu.voxels, whole)), grid.like(whole))


def _soft(hu: Array, metal: Mask) -> Array:
    """Grey metal value; holes that photon starvation bored into thick metal are filled from the mask."""
    grey = np.clip((hu - BOTTOM_HU) / (TOP_HU - BOTTOM_HU), 0, 1).astype(np.float32)
    closed = ndi.binary_fill_holes(ndi.binary_closing(metal, iterations=1))
    inner = ndi.binary_erosion(closed, iterations=1)
    return np.maximum(grey, inner.astype(np.float32))


def paint(grid: Volume, near: Points, reach_mm: float) -> tuple[tuple[slice, slice, slice], Points]:
    """Index box (z, y, x) around points (n, 3) widened by a reach, and the world positions (m, 3) of its voxels."""
    lo = np.clip(np.floor(grid.index_from_world(near.min(axis=0) - reach_mm)), 0, grid.size - 1).astype(int)
    hi = np.clip(np.ceil(grid.index_from_world(near.max(axis=0) + reach_mm)), 0, grid.size - 1).astype(int) + 1
    x, y, z = (grid.origin[a] + grid.spacing[a] * np.arange(lo[a], hi[a]) for a in range(3))
    nodes = np.stack(np.meshgrid(z, y, x, indexing="ij")[::-1], axis=-1).reshape(-1, 3)
    return (slice(lo[2], hi[2]), slice(lo[1], hi[1]), slice(lo[0], hi[0])), nodes
