"""Sacrum, innominate bones, femurs and lumbar spine told apart by graph cuts through the joint spaces.

Metal is taken out of the picture; bones are made solid, cortex and marrow, on an isotropic grid; joints left fused are
parted by minimum cuts (Boykov & Jolly 2001; for bones Krčah, Székely & Blanc 2011) from anatomical seeds, cheapest
through dark slits between bright plates; the outlines are then drawn on the full grid at half the height of the local
cortex.
"""

from dataclasses import dataclass

import cc3d
import numpy as np
from scipy.special import expit

from hemipelvis.arrays import Array, Mask
from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.labels import BONES, Label
from hemipelvis.progress import Progress, silent
from hemipelvis.segmentation.anatomy import Anatomy, anatomy, axial_seed, femur_seed, hip_seed, marrow_regions
from hemipelvis.segmentation.body_midline import body_midline
from hemipelvis.segmentation.bone_mask import bright_bone, main_parts, thick_parts
from hemipelvis.segmentation.bone_outline import bone_outline
from hemipelvis.segmentation.enclosure import enclosure
from hemipelvis.segmentation.femoral_head import Head, femoral_head, paired_heads
from hemipelvis.segmentation.graph_cut import graph_cut
from hemipelvis.segmentation.joint_gap import joint_gap
from hemipelvis.segmentation.lumbar_level import lumbar_seeds
from hemipelvis.segmentation.marrow import with_marrow
from hemipelvis.segmentation.metal_islands import without_metal_islands
from hemipelvis.segmentation.untyped import ndimage
from hemipelvis.segmentation.weighed_sacrum import weighed_sacrum
from hemipelvis.segmentation.without_metal import without_metal
from hemipelvis.segmentation.work_grid import work_grid
from hemipelvis.settings import SegmentationSettings
from hemipelvis.volume import Volume, on_grid

LEAST_ISLAND_MM3 = 1000.0
STREAK_SIGMA_MM = 1.0
"""Streaks that artefact reduction leaves are about a detector row thick: this much smoothing sinks them."""
REACH_MM = 45.0
"""Half the widest marrow space of a pelvis: the sacrum's, from ala to ala."""
FILLED = 0.85
"""Enclosed but for two of 13 lines: foramina and canals, which must not make the way through a bone cheap."""
SYMPHYSIS_MM = 12.0
"""The symphysis stays this near to the midline as it was found."""
ABOVE_HIP_MM = 190.0
"""Nothing of the pelvis and of L5 lies higher above the hip centres."""


@dataclass(frozen=True)
class Labelled:
    """Bones (uint8, numbers of `Label`) on the CT's grid, and what the engineer should look at.

    confidence: uint8 per cent, how likely each voxel's label is right; within a voxel of an outline it is not sure.
    """

    labels: Volume
    confidence: Volume
    warnings: tuple[str, ...]


def label_bones(
    ct: Volume,
    mar: Volume,
    metal: Volume,
    side: Side,
    settings: SegmentationSettings,
    progress: Progress = silent,
    crossed_percent: Volume | None = None,
) -> Labelled:
    """Label the bones of a pelvis CT.

    ct, mar: HU as scanned and after artefact reduction; metal: bool; all on one grid. side: the affected side.
    crossed_percent: of each voxel's rays, how many crossed metal (None: none did).
    Raises InputError if the grids differ, no bone is found, or no femoral head is seen to take bearings from.
    """
    _check(ct, mar, metal)
    progress("finding the skeleton", 0.0)
    bare = without_metal(mar, metal)
    hu, steel, bright = _skeleton(bare, metal, settings.bone_hu)
    progress("finding the midline and the femoral heads", 0.1)
    where, warnings = _bearings(hu, steel, bright, side)
    progress("filling the marrow", 0.3)
    share = enclosure(bright, hu.spacing[0], REACH_MM)
    crossed = None if crossed_percent is None else on_grid(crossed_percent, hu, 0).voxels / np.float32(100)
    solid = with_marrow(hu, bright, steel, share, settings.bone_hu, marrow_regions(where), crossed)
    solid = solid & (where.up < ABOVE_HIP_MM)
    progress("parting the bones", 0.4)
    parts, more = part_bones(hu, thick_parts(solid, hu.sampling, 2.0), share >= FILLED, where)
    progress("drawing the outlines", 0.7)
    outlined = bone_outline(bare, metal, hu.like(parts), settings.bone_hu)
    weighed = weighed_sacrum(outlined, metal, _share(ct, crossed_percent), where.midline, side)
    labels, dropped = without_metal_islands(weighed.labels, metal)
    said = (*warnings, *more, *weighed.warnings, *dropped, *_missing(labels))
    return Labelled(labels, ct.like(_percent(weighed.odds)), said)


def _share(ct: Volume, crossed_percent: Volume | None) -> Volume:
    """Share (float32) of each voxel's rays that crossed metal."""
    percent = np.zeros(ct.voxels.shape, np.float32) if crossed_percent is None else crossed_percent.voxels
    return ct.like(percent.astype(np.float32) / 100)


def _percent(odds: Array) -> Array:
    """Probability in per cent (uint8) of natural log odds."""
    return np.rint(100 * expit(odds)).astype(np.uint8)


def _skeleton(bare: Volume, metal: Volume, bone_hu: float) -> tuple[Volume, Mask, Mask]:
    """HU without metal, metal and bright bone on the work grid, cropped to the skeleton."""
    hu = work_grid(bare, -1024)
    steel = work_grid(metal.like(metal.voxels.astype(np.float32)), 0).voxels > 0.3
    smooth = ndimage.gaussian_filter(hu.voxels, STREAK_SIGMA_MM / hu.spacing[0])
    bright = bright_bone(hu.voxels, smooth, bone_hu, round(LEAST_ISLAND_MM3 / hu.voxel_mm3))
    return _cropped(hu, steel, bright)


def _check(ct: Volume, mar: Volume, metal: Volume) -> None:
    for name, other in (("artefact-reduced CT", mar), ("metal mask", metal)):
        if other.voxels.shape != ct.voxels.shape or not np.allclose(other.origin, ct.origin):
            raise InputError(
                f"the {name} on another grid than the CT", "one grid for all", "make it again from this CT"
            )


def _cropped(hu: Volume, steel: Mask, bright: Mask) -> tuple[Volume, Mask, Mask]:
    """The box of the skeleton and 10 mm around it."""
    if not bright.any():
        raise InputError(
            "a CT in which no bone is seen", "a CT of the pelvis in HU", "check the series and its rescale"
        )
    points = np.argwhere(bright)[:, ::-1]
    lower, upper = (hu.world_from_index(points.min(0)) - 10, hu.world_from_index(points.max(0)) + 10)
    cut = [hu.like(v).crop(lower, upper) for v in (hu.voxels, steel, bright)]
    return cut[0], cut[1].voxels, cut[2].voxels


def _bearings(hu: Volume, steel: Mask, bright: Mask, side: Side) -> tuple[Anatomy, list[str]]:
    """Midline and heads; both sides are searched, for the affected one may have kept its own."""
    midline = body_midline(hu.like(bright))
    flat = anatomy(hu, midline, {Side.LEFT: Head(midline.point, 24.0, 0.0, 0.0)})
    found = {s: femoral_head(hu, (flat.lateral(s) > 40) & (flat.lateral(s) < 150), steel) for s in Side}
    heads = {s: h for s, h in found.items() if h is not None}
    if not heads:
        raise InputError(
            "a CT in which no femoral head is seen as a sphere of 18 to 30 mm radius",
            "at least one hip joint in the field of view",
            "give a label map made elsewhere as segmentation.labels",
        )
    absent = [f"No femoral head is seen on the {s} side." for s in Side if s not in heads and s is not side]
    return anatomy(hu, midline, paired_heads(heads, midline, side)), absent


def part_bones(hu: Volume, bone: Mask, filled: Mask, where: Anatomy) -> tuple[Array, list[str]]:
    """Labels (uint8) of the solid skeleton on its grid, joint by joint, and warnings.

    filled: hollows within bone; they count as bone while the bones are parted, and get no label.
    """
    solid = bone | (filled & (where.up < ABOVE_HIP_MM))
    conductance = _conductance(hu, solid)
    femurs = {s: femur_seed(where, s) & solid for s in Side}
    hips = {s: hip_seed(where, s) & solid & ~femurs[s] for s in Side}
    axial = axial_seed(where) & solid & ~hips[Side.LEFT] & ~hips[Side.RIGHT]
    labels = np.zeros(solid.shape, np.uint8)
    for s in Side:
        rest = hips[s] | hips[s.other] | axial | femurs[s.other] | (where.up > where.radius_mm + 20)
        labels[main_parts(graph_cut(conductance, femurs[s], rest), 0.1)] = Label.femur(s)
    open_ = np.where(labels == 0, conductance, 0).astype(np.uint16)
    spine = graph_cut(open_, axial, hips[Side.LEFT] | hips[Side.RIGHT])
    open_[spine] = 0
    for s in Side:
        mine, others = (hips[t] | (where.lateral(t) > SYMPHYSIS_MM) for t in (s, s.other))
        labels[main_parts(graph_cut(open_, mine, others), 0.1)] = Label.hip(s)
    lumbar, sacral, warnings = lumbar_seeds(where, spine, labels)
    upper = graph_cut(np.where(spine, conductance, 0).astype(np.uint16), lumbar, sacral)
    labels[main_parts(spine & ~upper & (where.up < 150), 0.01)] = Label.SACRUM
    labels[main_parts(upper, 0.1)] = Label.LUMBAR
    labels[~bone] = Label.BACKGROUND
    dropped = int(cc3d.connected_components(bone & (labels == 0), connectivity=26, return_N=True)[1])
    return labels, [*warnings, *([f"{dropped} islands belong to no bone and were dropped."] if dropped else [])]


def _conductance(hu: Volume, solid: Mask) -> Array:
    """1000 in bone, falling to 20 in a joint slit, 0 outside the skeleton (uint16)."""
    gap = joint_gap(hu)
    return np.where(solid, 20 + 980 * (1 - gap) ** 2, 0).astype(np.uint16)


def _missing(labels: Volume) -> list[str]:
    """Warnings for bones of which nothing was found; on the affected side that may be the resection."""
    counts = np.bincount(labels.voxels.ravel(), minlength=9)
    return [f"Nothing was found of: {b.name.lower().replace('_', ' ')}." for b in BONES if counts[b] == 0]
