"""Marrow told from soft tissue by where it lies and by what it looks like in this very scan.

Voxels that bone surely encloses and voxels that it surely does not give the two tissues' histograms; Bayes' rule then
weighs how enclosed a voxel is against how its density looks. Where marrow and soft tissue look alike (fatty marrow,
clipped scans) the histograms agree and the position alone decides; canals and foramina, enclosed on most sides but
full of soft tissue, stay open wherever the scan can tell them apart. About the spine marrow is judged by the ilium's:
both are red in adults while the femurs' is yellow (Vogler & Murphy, Radiology 1988), and no canal enclosed by the
ilium teaches that nerves are marrow. There the way in counts as well: soft tissue leads into a canal as wide as the
canal is, but into marrow only through holes in the cortex; cortex is drawn at half its height, for its blur would close
a canal 6 mm wide; and beside metal, where densities lie, a hollow takes after what it runs on from and into.
"""

from dataclasses import dataclass

import edt
import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.segmentation.cortex_level import cortex_peak, half_height
from hemipelvis.segmentation.settled_odds import settled_odds
from hemipelvis.segmentation.untyped import ndimage
from hemipelvis.segmentation.voxel_trust import voxel_trust
from hemipelvis.segmentation.way_in import way_in
from hemipelvis.volume import Volume

SURE, NONE = 0.95, 0.35
EVEN = 0.75
"""Enclosure at which bone and soft tissue are equally likely: a flat bone's surface has 0.5, a deep groove 0.7."""
STEEPNESS, MOST_POSITION = 12.0, 1.5
"""Odds per share enclosed, and the most that position says for marrow: density can overrule it, for canals are enclosed
by all but their own direction. Against marrow an open position counts in full."""
BINS_HU = np.arange(-250.0, 251.0, 10.0)
MOST_EVIDENCE = 3.0
"""Odds of 20 to 1: no single density is believed more, for streaks and noise lie."""
SMOOTH_MM = 1.2
LEAST_TAUGHT = 2000
"""Voxels (3.5 cm³): fewer in the ilium teach no histogram, then all bones together do."""
CLIPPED = 0.5
"""Soft tissue of which this share has one and the same value: no scanner's noise leaves that, it was cut off, and thin
cortex with it, so that marrow stands open too."""
OPEN_ODDS, SHUT_ODDS = -2.0, 1.0
"""Most that an open and a shut way in say: less than a clear density; and less for marrow, for canals may end blind."""
WAY_IN_EVEN, WAY_IN_SPAN = 0.45, 0.25
"""Where the way in says nothing, and how far from there its odds reach 2: canals have 0.6 to 1, marrow behind leaky
cortex up to 0.3."""
STREAKS_MM = 12.0
"""Within this distance of metal densities count less, down to a quarter at its surface."""
POSITION_TRUST, RIM_TRUST = 0.01, 0.001
"""Of the position alone, which counts as much as what is seen where all rays crossed metal (densities lie there and
cortex is lost); and of anything in the cortex's blur, which looks like marrow whatever it is."""
RIM_MM = 2.0
"""How far a cortex's blur reaches into a hollow, partial volume included; below half height further off is bone beside
sclerosis."""
BESIDE_MM = 20.0
"""Looked at around a region: the way into its hollows."""
SETTLE_MM = 2.4
"""Over this length odds settle where no metal disturbs them: two voxels of the work grid."""


@dataclass(frozen=True)
class MarrowRegions:
    """Masks (z, y, x): the spine and sacrum; the ilium, whose marrow is like theirs; where canal and foramina run."""

    axial: Mask
    ilium: Mask
    nerves: Mask


def with_marrow(
    hu: Volume,
    bright: Mask,
    metal: Mask,
    share: Array,
    bone_hu: float,
    regions: MarrowRegions | None = None,
    crossed: Array | None = None,
) -> Mask:
    """The solid bone (z, y, x): cortex and what belongs to its inside. What it encloses wholly is inside too.

    hu: isotropic grid, metal taken out; bright: at least `bone_hu`; share: how enclosed by the bright bone each voxel
    lies, 0 to 1; crossed: share of each voxel's rays that crossed metal, 0 to 1 (None: 0).
    """
    density = _mean_outside(hu.voxels, bright, SMOOTH_MM / hu.spacing[0])
    evidence = _evidence(hu, density, share, bright, regions)
    odds = _position(share) + evidence * _trust(metal, hu.sampling)
    told = regions is not None and not _clipped(hu, share, bright)
    if regions is not None and told:
        odds = odds + np.where(regions.axial, _way_odds(bright | metal, share, regions.axial, hu.spacing[0]), 0)
    solid = bright | (_mean_outside(odds, bright, SMOOTH_MM / hu.spacing[0]) > 0)
    if regions is not None and told and regions.nerves.any():
        solid = np.where(regions.nerves, False, solid)
        box = _box(regions.nerves, hu.spacing[0])
        rays = np.zeros(bright.shape, np.float32) if crossed is None else crossed
        wall = bright & (hu.voxels >= half_height(cortex_peak(hu.voxels, hu.sampling), bone_hu))
        solid[box] |= regions.nerves[box] & _settled(
            evidence[box], bright[box], wall[box], metal[box], share[box], rays[box], hu.spacing[0]
        )
    filled: Mask = ndimage.binary_fill_holes(solid)
    return filled


def _position(share: Array) -> Array:
    return np.minimum(STEEPNESS * (share - EVEN), MOST_POSITION)


def _box(region: Mask, pitch_mm: float) -> tuple[slice, ...]:
    margin = round(BESIDE_MM / pitch_mm)
    return tuple(slice(max(int(n.min()) - margin, 0), int(n.max()) + margin + 1) for n in np.nonzero(region))


def _settled(
    evidence: Array, bright: Mask, wall: Mask, metal: Mask, share: Array, rays: Array, pitch_mm: float
) -> Mask:
    """Solid bone about the spine; evidence: the density's odds.

    wall: bone above half the cortex's height; the bright rest beside a hollow is cortex's blur and takes after it.
    """
    rim = bright & ~wall & (edt.edt(bright, black_border=False, parallel=2) * pitch_mm < RIM_MM)
    wall = bright & ~rim
    seen = evidence + _shut(wall | metal, share, pitch_mm)
    trust = voxel_trust(rays)
    weight = np.where(rim, RIM_TRUST, trust + POSITION_TRUST)
    told = np.where(rim, 0, _position(share) + seen * trust / (trust + POSITION_TRUST))
    hollow = ~wall & ~metal & (share > NONE)
    return wall | (settled_odds(told, weight, hollow, (SETTLE_MM / pitch_mm) ** 2) > 0)


def _way_odds(wall: Mask, share: Array, region: Mask, pitch_mm: float) -> Array:
    """The way in's odds in the box of a region and `BESIDE_MM` around it; 0 elsewhere."""
    odds = np.zeros(wall.shape, np.float32)
    if region.any():
        box = _box(region, pitch_mm)
        odds[box] = _shut(wall[box], share[box], pitch_mm)
    return odds


def _shut(wall: Mask, share: Array, pitch_mm: float) -> Array:
    """Odds for marrow from how narrow the way in is."""
    ratio = way_in(wall, share <= NONE, pitch_mm)
    return np.asarray(np.clip(2 * (WAY_IN_EVEN - ratio) / WAY_IN_SPAN, OPEN_ODDS, SHUT_ODDS))


def _mean_outside(values: Array, bright: Mask, sigma: float) -> Array:
    """Gaussian mean over the voxels that are not bright: cortex does not bleed into what it encloses."""
    dark = (~bright).astype(np.float32)
    weight = ndimage.gaussian_filter(dark, sigma)
    mean: Array = ndimage.gaussian_filter(values * dark, sigma) / np.maximum(weight, 1e-3)
    return mean


def _evidence(hu: Volume, density: Array, share: Array, bright: Mask, regions: MarrowRegions | None) -> Array:
    """Logarithm of how much likelier each density is in marrow than in the soft tissue near bone."""
    inside, outside = (share >= SURE) & ~bright, _soft(hu, share, bright)
    bins = np.clip(np.digitize(density, BINS_HU), 0, len(BINS_HU))
    soft = _frequencies(bins[outside])
    everywhere = _table(bins[inside], soft)[bins]
    taught = bins[inside & regions.ilium] if regions is not None else bins[:0].ravel()
    if regions is None or len(taught) < LEAST_TAUGHT:
        return everywhere
    return np.where(regions.axial, _table(taught, soft)[bins], everywhere)


def _soft(hu: Volume, share: Array, bright: Mask) -> Mask:
    """Voxels that are surely soft tissue, within 30 mm of bone."""
    near: Mask = edt.edt(~bright, anisotropy=hu.sampling, black_border=False, parallel=2) < 30.0
    return near & (share <= NONE)


def _clipped(hu: Volume, share: Array, bright: Mask) -> bool:
    values = hu.voxels[_soft(hu, share, bright)]
    return len(values) > 0 and bool(np.unique(values, return_counts=True)[1].max() > CLIPPED * len(values))


def _table(marrow_bins: Array, soft: Array) -> Array:
    """Log-likelihood ratio (bins,) of the densities, limited to what a single one is believed."""
    ratio = np.log(_frequencies(marrow_bins) / soft)
    return np.asarray(ratio.clip(-MOST_EVIDENCE, MOST_EVIDENCE), np.float32)


def _frequencies(bins: Array) -> Array:
    """Smoothed relative frequencies; what was hardly ever seen says nothing."""
    counts = np.bincount(bins, minlength=len(BINS_HU) + 1).astype(float)
    smooth: Array = ndimage.gaussian_filter1d(counts, 1.0, mode="nearest")
    return smooth / max(smooth.sum(), 1.0) + 0.002


def _trust(metal: Mask, sampling: tuple[float, float, float]) -> Array:
    if not metal.any():
        return np.ones(metal.shape, np.float32)
    away = edt.edt(~metal, anisotropy=sampling, black_border=False, parallel=2)
    return (0.25 + 0.75 * np.clip(away / STREAKS_MM, 0, 1)).astype(np.float32)
