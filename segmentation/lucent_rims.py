"""The lucent rims round loose old screws: soft tissue that labelling takes for the marrow between screw and bone.

A screw that moves in bone grinds itself a rim of fibrous tissue, even along and about it. So it is judged not voxel by
voxel but by the middle value of small curved cells beside the screw, from its surface outwards: what reads nearer to
soft tissue than to the bone some millimetres off is rim, up to the first cell that is not.
"""

from collections.abc import Sequence

import numpy as np

from hemipelvis.arrays import Array, Mask, Point, Points, square_to, unit
from hemipelvis.hardware import OldScrew
from hemipelvis.labels import BONES, METAL, Label
from hemipelvis.segmentation.metal_window import paint
from hemipelvis.volume import Volume

WIDEST_MM = 2.0
"""A rim of 2 mm calls an implant loose (Gruen 1979, 10.1097/00003086-197906000-00006); what is wider is a cavity."""
RING_MM, SECTORS, STRETCH_MM = 1.0, 8, 8.0
"""A cell: about 20 mm³, so that its middle value stands above the noise."""
BESIDE_MM = (3.0, 9.0)
"""Beyond the screw's surface: bone that is no rim, yet its neighbour."""
SOFT_HU = 50.0
SHARE = 1 / 3
"""Of the way from soft tissue to bone: streaks darken bone beside metal more often than they brighten a rim."""
LEAST_BONE_HU = 150.0
"""Of bone about: in thinner bone a rim does not stand out."""
LEAST_VOXELS = 30


def lucent_rims(labels: Volume, mar: Volume, screws: tuple[OldScrew, ...], bones: Sequence[Label] = BONES) -> Mask:
    """Voxels (z, y, x) labelled bone that are the lucent rim of an old screw.

    labels: uint8 with the metal marked; mar: HU after artefact reduction; bones: those whose labels may be changed.
    """
    rims = np.zeros(labels.voxels.shape, bool)
    for screw in screws:
        for piece in screw.pieces:
            box, nodes = paint(labels, np.array(piece), screw.diameter_mm / 2 + BESIDE_MM[1])
            kind, hu = labels.voxels[box].ravel(), mar.voxels[box].ravel().astype(float)
            rims[box] |= _rim(nodes, kind, hu, piece, screw.diameter_mm / 2).reshape(rims[box].shape)
    return rims & np.isin(labels.voxels, bones)


def _rim(nodes: Points, kind: Array, hu: Array, piece: tuple[Point, Point], radius_mm: float) -> Mask:
    """Of voxels (n,) about a piece, those of its rim."""
    along, off, sector, length = _cylindrical(nodes, piece, radius_mm)
    bone, on = np.isin(kind, BONES), (along >= 0) & (along <= length)
    beside = bone & on & (off > BESIDE_MM[0]) & (off < BESIDE_MM[1])
    rim = np.zeros(len(nodes), bool)
    for start in np.arange(0, length, STRETCH_MM):
        middle = start + STRETCH_MM / 2
        near = beside & (np.abs(along - middle) < STRETCH_MM)
        if near.sum() < LEAST_VOXELS or (level := np.median(hu[near])) < LEAST_BONE_HU:
            continue
        here = on & (np.abs(along - middle) <= STRETCH_MM / 2) & ~np.isin(kind, METAL) & (off < WIDEST_MM)
        for k in range(SECTORS):
            cells = np.flatnonzero(here & (sector == k))
            rim[cells] |= _dark(off[cells], hu[cells], SOFT_HU + SHARE * (level - SOFT_HU))
    return rim & bone


def _dark(off: Array, hu: Array, level: float) -> Mask:
    """Of one sector's voxels (n,), those in rings darker than a level, out to the first ring that is not."""
    ring, dark = np.maximum(np.floor(off / RING_MM).astype(int), 0), np.zeros(len(off), bool)
    for k in np.unique(ring):
        if np.median(hu[ring == k]) >= level:
            break
        dark |= ring == k
    return dark


def _cylindrical(nodes: Points, piece: tuple[Point, Point], radius_mm: float) -> tuple[Array, Array, Array, float]:
    """Voxels about a piece: mm along it, mm off its surface, sector about it (n,); and its length, mm."""
    start, end = (np.asarray(p, float) for p in piece)
    axis = unit(end - start)
    first, second = square_to(axis)
    along = (nodes - start) @ axis
    across = nodes - start - along[:, None] * axis
    angle = np.arctan2(across @ second, across @ first)
    sector = np.floor((angle + np.pi) / (2 * np.pi) * SECTORS).astype(int) % SECTORS
    return along, np.linalg.norm(across, axis=1) - radius_mm, sector, float(np.linalg.norm(end - start))
