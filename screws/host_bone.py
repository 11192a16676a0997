"""The bone a screw may run in: closed where the scan or the old metal left gaps, open at the canal and the foramina.

The grid is the label map's own, its voxels cut into equal parts until none is longer than about `PITCH_MM`, so the
solid is exactly the labels' boxes: nothing is interpolated.
"""

from dataclasses import dataclass
from typing import cast

import edt
import numpy as np
import scipy.ndimage as ndi

from hemipelvis.arrays import Array, Mask, Voxels
from hemipelvis.errors import InputError
from hemipelvis.field import capsule
from hemipelvis.frames import Plane, Side
from hemipelvis.labels import METAL, Label
from hemipelvis.plan import Interface
from hemipelvis.screws.capsules import Capsules
from hemipelvis.screws.reamed_face import reamed_face
from hemipelvis.screws.unseen_canal import between_bodies_and_arches, large_patches, unseen_canal, unseen_height
from hemipelvis.volume import Volume

PITCH_MM = 0.8
MARGIN_MM = 8.0  # of background around the host
RAGGED_MM = 1.0  # gaps in bone narrower than twice this are the segmentation's, not the bone's
HOLE_GAP_MM = 7.0  # half the width of the widest hole of old screws that counts as bone again
HALO_MM = 1.5  # the hole an old screw left is wider than the screw by up to this; less than any clearance in use
PORE_RADIUS_MM = 3.0  # a closed cavity of the sacrum with a larger inscribed ball may be a cut-off canal: kept open
HOLE_MM2 = 10.0  # smallest hole in a slice that is canal or foramen rather than a ragged voxel
NEAR_MM = 12.0  # how far from the interface its host is looked for


@dataclass(frozen=True)
class HostBone:
    """A host cropped out of the labels.

    solid: bool, bone with the reamed face prolonged into the implant; bone: bool, without that; nerves: bool, canal
    and foramina (empty but in the sacrum); hu: int16 of the artefact-reduced CT. All on one grid. unseen_mm: height of
    the levels of the upper sacrum where the canal does not show.
    """

    label: Label
    solid: Volume
    bone: Mask
    nerves: Mask
    hu: Voxels
    unseen_mm: float = 0.0


def host_bone(
    labels: Volume,
    mar: Volume,
    tunnels: Capsules,
    interface: Interface,
    side: Side,
    reach_mm: float,
    midline: Plane | None = None,
) -> HostBone:
    """The host of an interface, within `reach_mm` of it. Raises InputError where no bone lies at the interface.

    Old tunnels count as bone here: they are kept clear by their own, exact geometry. With a midline, bone where the
    canal must run but does not show counts as canal.
    """
    label = host_label(labels, interface, side)
    crop = _crop(labels, label, interface, reach_mm)
    bone, unseen = _closed(crop, label, tunnels), 0.0
    nerves = _slice_holes(bone, crop) if label is Label.SACRUM else np.zeros_like(bone)
    if label is Label.SACRUM and midline is not None:
        nerves |= between_bodies_and_arches(bone, crop, midline)
        hidden = unseen_canal(nerves, bone, crop, midline)
        unseen = unseen_height(hidden, bone, crop)
        bone, nerves = bone & ~hidden, nerves | hidden
    solid = bone | (reamed_face(crop.like(bone), interface) & ~nerves)
    factors = np.maximum(np.rint(crop.spacing / PITCH_MM), 1).astype(int)
    hu = mar.crop(crop.origin, crop.upper).voxels.astype(np.int16)
    if hu.shape != crop.voxels.shape:
        raise InputError("a CT on another grid than the labels", "one grid", "resample the label map onto the CT")
    split = [_split(v, factors) for v in (solid, bone, nerves, hu)]
    spacing = crop.spacing / factors
    origin = crop.origin - crop.spacing / 2 + spacing / 2
    return HostBone(label, Volume(split[0], spacing, origin), split[1], split[2], split[3], float(unseen))


def host_label(labels: Volume, interface: Interface, side: Side) -> Label:
    """The label of the bone at an interface: the sacrum, or whichever innominate bone lies there."""
    known = (Label.SACRUM,) if interface.host == "sacrum" else (Label.hip(side), Label.hip(side.other))
    near = labels.crop(interface.point - NEAR_MM, interface.point + NEAR_MM).voxels
    counts = [int((near == label).sum()) for label in known]
    if max(counts) == 0:
        raise InputError(
            f"no {interface.host} within {NEAR_MM:.0f} mm of its interface at {np.round(interface.point, 1).tolist()}",
            "bone behind every interface",
            "look at the label map there, or move the interface",
        )
    return known[int(np.argmax(counts))]


def _crop(labels: Volume, label: Label, interface: Interface, reach_mm: float) -> Volume:
    box = ndi.find_objects((labels.voxels == label).astype(np.uint8))[0]
    lower = labels.world_from_index([s.start for s in box[::-1]]) - MARGIN_MM
    upper = labels.world_from_index([s.stop for s in box[::-1]]) + MARGIN_MM
    return labels.crop(np.maximum(lower, interface.point - reach_mm), np.minimum(upper, interface.point + reach_mm))


def _closed(crop: Volume, label: Label, tunnels: Capsules) -> Mask:
    bone = crop.voxels == label
    metal = (np.isin(crop.voxels, METAL) | _in_tunnels(crop, tunnels)) & closing(bone, HOLE_GAP_MM, crop)
    others = (crop.voxels != Label.BACKGROUND) & ~np.isin(crop.voxels, (*METAL, label))
    bone = closing(bone | metal, RAGGED_MM, crop) & ~others
    return _without_pores(bone, crop, PORE_RADIUS_MM if label is Label.SACRUM else np.inf)


def _in_tunnels(grid: Volume, tunnels: Capsules) -> Mask:
    """Voxels in old tunnels, halo included."""
    inside = np.zeros(grid.voxels.shape, bool)
    for start, end, radius in zip(*tunnels, strict=True):
        reach = radius + HALO_MM
        part = grid.index_from_world([np.minimum(start, end) - reach, np.maximum(start, end) + reach])
        lo, hi = np.clip(np.floor(part[0]), 0, grid.size).astype(int), np.clip(np.ceil(part[1]) + 1, 0, grid.size)
        at = tuple(slice(a, int(b)) for a, b in zip(lo[::-1], hi[::-1], strict=True))
        nodes = grid.world_from_index(np.argwhere(np.ones_like(inside[at]))[:, ::-1] + lo)
        near = capsule(start, end, reach)(nodes) <= 0
        inside[at] |= near.reshape(inside[at].shape)
    return inside


def closing(mask: Mask, radius_mm: float, grid: Volume) -> Mask:
    """Morphological closing with a ball of `radius_mm`."""
    pad = [(int(np.ceil(radius_mm / s)) + 1,) * 2 for s in grid.sampling]
    grown = edt.edt(~np.pad(mask, pad), anisotropy=grid.sampling) <= radius_mm
    shrunk = edt.edt(grown, anisotropy=grid.sampling) > radius_mm
    return (shrunk | np.pad(mask, pad))[tuple(slice(a, n - b) for (a, b), n in zip(pad, shrunk.shape, strict=True))]


def _without_pores(bone: Mask, grid: Volume, radius_mm: float) -> Mask:
    """Cavities that open nowhere filled, unless they hold a ball larger than `radius_mm`."""
    filled = np.asarray(ndi.binary_fill_holes(bone), bool)
    cavities, count = cast(tuple[Array, int], ndi.label(filled & ~bone))
    if count == 0:
        return bone
    depth = edt.edt(cavities > 0, anisotropy=grid.sampling)
    wide = np.asarray(ndi.maximum(depth, cavities, np.arange(count + 1))) > radius_mm
    wide[0] = True
    return bone | ~wide[cavities]


def _slice_holes(bone: Mask, grid: Volume) -> Mask:
    """Canal and foramina: what axial or coronal slices of the sacrum enclose."""
    holes = np.zeros(bone.shape, bool)
    sz, sy, sx = grid.sampling
    for axis, area in ((0, sy * sx), (1, sz * sx)):
        for n in range(bone.shape[axis]):
            at = (slice(None),) * axis + (n,)
            holes[at] |= _large_holes(bone[at], HOLE_MM2 / area)
    return holes


def _large_holes(section: Array, voxels: float) -> Array:
    filled = np.asarray(ndi.binary_fill_holes(section), bool)
    return large_patches(filled & ~section, voxels)


def _split(voxels: Voxels, factors: Array) -> Voxels:
    for axis, factor in enumerate(factors[::-1]):
        voxels = np.repeat(voxels, factor, axis)
    return np.ascontiguousarray(voxels)
