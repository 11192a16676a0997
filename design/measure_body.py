"""What the body measures: volumes, connection, sections, fit to bone and to the arcuate line."""

from typing import Any

import cc3d
import numpy as np
from scipy import ndimage
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Points, square_to, unit
from hemipelvis.design.body_path import BodyPath
from hemipelvis.field import Field
from hemipelvis.isosurface import isosurface
from hemipelvis.plan import Interface
from hemipelvis.volume import Volume

TITANIUM_G_CM3 = 4.43
"""Ti-6Al-4V, ASTM F3001 powder-bed parts at full density."""
BUILD_MM = (200.0, 200.0, 180.0)
"""Arcam Q10plus build volume."""


REAM_STEP_MM = 0.5


def filled_mm3(values: Volume) -> float:
    """Volume of {values < 0}, the surface's cells counted by their share (linear over one cell)."""
    pitch = float(values.spacing[0])
    share = np.clip(0.5 - values.voxels / pitch, 0, 1)
    return float(share.sum(dtype=np.float64) * values.voxel_mm3)


def pieces(values: Volume) -> Array:
    """Voxels of each face-connected piece of {values < 0}, largest first."""
    labels = cc3d.connected_components(values.voxels < 0, connectivity=6)
    return np.sort(np.bincount(labels.ravel())[1:])[::-1]


def largest_piece(values: Volume) -> tuple[Volume, float]:
    """The values with every piece but the largest put outside, and the volume dropped in mm³."""
    labels = cc3d.connected_components(values.voxels < 0, connectivity=6)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    if np.count_nonzero(sizes) < 2:
        return values, 0.0
    stray = (labels != sizes.argmax()) & (labels > 0)
    near = ndimage.binary_dilation(stray) & (labels != sizes.argmax())
    away = np.where(near, np.maximum(np.abs(values.voxels), np.float32(values.spacing[0] / 2)), values.voxels)
    return values.like(away), float(stray.sum() * values.voxel_mm3)


def solid_sections(solid: Volume, path: BodyPath, radius_mm: float) -> Array:
    """Area (m,) in mm² of solid across the strut's axis, within a disc around each of its points but the ends."""
    tangents = unit(np.gradient(path.rail, axis=0))[2:-2]
    across = np.arange(-radius_mm, radius_mm + 0.25, 0.5)
    u, v = np.meshgrid(across, across)
    inside = np.hypot(u, v) <= radius_mm
    first, second = square_to(tangents)
    points = path.rail[2:-2, None] + u[inside][:, None] * first[:, None] + v[inside][:, None] * second[:, None]
    return (solid.sample(points.reshape(-1, 3), 1.0) < 0).reshape(points.shape[:2]).sum(axis=1) * 0.25


def arcuate_deviation(envelope: Volume, arcuate: Points, interfaces: tuple[Interface, ...]) -> Array:
    """Distance (n,) in mm from the mirrored arcuate line to the body's surface, between the faces.

    To the surface itself: the envelope's own values end a few millimetres inside it.
    """
    out = np.zeros(len(arcuate), bool)
    for face in (i for i in interfaces if i.host != "ischium"):
        behind = (arcuate - face.point) @ face.normal < 3
        out |= behind & (np.linalg.norm(arcuate - face.point, axis=1) < 1.3 * face.radius_mm + 8)
    pubic = [i for i in interfaces if i.host == "pubis"]
    if pubic:
        out[int(np.argmin(np.linalg.norm(arcuate - pubic[0].point, axis=1))) :] = True
    return np.asarray(KDTree(isosurface(envelope).vertices).query(arcuate[~out])[0])


def contact_share(envelope: Volume, hosts: Field, interface: Interface, drilled: Field | None) -> float:
    """Share of the contact's ellipse, screw holes apart, without a gap of 0.5 mm: bone under, body on it."""
    u, v = np.meshgrid(np.linspace(-1, 1, 61), np.linspace(-1, 1, 61))
    inside = np.hypot(u, v) <= 1
    flat = np.stack([u[inside] * interface.halves_mm[0], v[inside] * interface.halves_mm[1], 0 * u[inside]], axis=1)
    contact = interface.point + flat @ interface.axes
    contact = contact if drilled is None else contact[drilled(contact) > 0.25]
    if not len(contact):
        return 0.0
    bone = hosts(contact - 0.25 * interface.normal) < 0.25
    body = envelope.sample(contact + 0.25 * interface.normal, 1.0) < 0.25
    return float((bone & body).mean())


def reamed(hosts: Field, zone: Field, interface: Interface, alone: bool = True) -> dict[str, float]:
    """Bone above a face that its zone takes: volume in cm³, and the deepest of it in mm (0.5 mm columns).

    alone: only over the face's own ellipse; else all within three of its radii.
    """
    half = interface.radius_mm * (1.1 if alone else 3) + 1
    across = np.arange(-half, half + REAM_STEP_MM, REAM_STEP_MM)
    heights = np.arange(REAM_STEP_MM / 2, interface.reach_mm + 2, REAM_STEP_MM)
    h, u, v = np.meshgrid(heights, across, across, indexing="ij")
    points = interface.point + np.stack([u, v, h], axis=-1).reshape(-1, 3) @ interface.axes
    taken = zone(points) < 0
    taken[taken] = hosts(points[taken]) < 0
    taken = taken.reshape(h.shape)
    deepest = heights[taken.any(axis=(1, 2))].max(initial=0)
    return {"volume_cm3": float(taken.sum() * REAM_STEP_MM**3 / 1000), "deepest_mm": float(deepest)}


def overlap_mm3(envelope: Volume, bone: Field) -> float:
    """Volume common to body and bone left after reaming."""
    k, j, i = np.nonzero(envelope.voxels < 0)
    points = envelope.world_from_index(np.stack([i, j, k], axis=1))
    return float((bone(points) < 0).sum() * envelope.voxel_mm3)


def kept_share(solid: Volume, part: Field) -> float:
    """Share of a part's volume that is left in the finished solid."""
    k, j, i = np.nonzero(solid.voxels < 3)
    points = solid.world_from_index(np.stack([i, j, k], axis=1))
    inside = part(points) < 0
    left = solid.voxels[k, j, i] < 0
    return float((inside & left).sum() / max(int(inside.sum()), 1))


def fits_build(envelope: Volume) -> dict[str, Any]:
    """Size along the patient's axes and along the body's own, and whether one of them fits the build volume."""
    points = envelope.points_where(envelope.voxels < 0)[::7]
    upright = np.ptp(points, axis=0)
    turned = np.ptp((points - points.mean(axis=0)) @ np.linalg.svd(np.cov(points.T))[0], axis=0)
    fits = [bool((np.sort(s) <= np.sort(BUILD_MM)).all()) for s in (upright, turned)]
    return {
        "size_mm": upright.tolist(),
        "size_own_axes_mm": turned.tolist(),
        "fits_build": any(fits),
        "build_pose": "patient axes" if fits[0] else "own principal axes" if fits[1] else "none",
    }
