"""Where a mark may stand: on solid skin that touches nothing and looks to the side, as flat as there is.

The text follows the skin round a cylinder, so that a limb's round outside holds it as well as a flat one; the metal
left under the grooves is checked on the solid's own field.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Mask, Point, Points, Vector, square_to, unit
from hemipelvis.export.engraving import DEPTH_MM, REACH_MM, Engraving
from hemipelvis.export.letters import PER_MM, text_mask
from hemipelvis.field import from_volume, outward_normals
from hemipelvis.isosurface import isosurface
from hemipelvis.volume import Volume

METAL_MM = 1.5
CELL_MM = 1.0
TRIED, TURNS = 2000, 12
ASIDE, BACKWARDS = 0.0, 0.5
SURELY = 0.7
"""Of a text's size: bad skin so near to its middle lies under it however the skin bends."""
FACING = float(np.cos(np.radians(40)))
ENOUGH = float(np.cos(np.radians(5)))
"""A place so true is taken without a look at the rest."""
LEAST_RADIUS_MM = 6.0
"""Of the cylinder a text is wrapped round: well above its depth, and letters still read from one side."""

Lines = tuple[str, ...]


@dataclass(frozen=True)
class Skin:
    """Places (n, 3) on the body's surface with their outward normals; good (n,): where a mark may stand."""

    places: Points
    normals: Array
    good: Mask


def solid_skin(
    envelope: Volume, solid: Volume, keep_off: Sequence[tuple[Point, Point, float]], lateral: Vector, posterior: Vector
) -> Skin:
    """Where solid metal, METAL_MM thick, is the body's surface and no capsule (start, end, radius) of `keep_off` is.

    A mark looks to the side, where muscle lies: not backwards to the sciatic nerve, nor into the pelvis to its vessels.
    """
    places = isosurface(envelope).vertices
    normals = outward_normals(envelope, places)
    metal = from_volume(solid)
    good = (metal(places) < envelope.spacing[0]) & (metal(places - METAL_MM * normals) < -0.2)
    good = good & (normals @ lateral > ASIDE) & (normals @ posterior < BACKWARDS)
    return Skin(places, normals, good & off_capsules(places, keep_off))


def off_capsules(places: Points, keep_off: Sequence[tuple[Point, Point, float]]) -> Mask:
    """Whether places (n, 3) lie outside every capsule (start, end, radius)."""
    free = np.ones(len(places), bool)
    for start, end, radius in keep_off:
        free &= _to_segment(places, start, end) > radius
    return free


def _to_segment(places: Points, start: Point, end: Point) -> Array:
    way = np.asarray(end, float) - start
    share = np.clip((places - start) @ way / max(float(way @ way), 1e-9), 0, 1)
    return np.linalg.norm(places - start - share[:, None] * way, axis=1)


def place_mark(skin: Skin, wanted: Sequence[Sequence[Lines]], heights_mm: Sequence[float]) -> Engraving | None:
    """The first of the wanted contents that finds a place, where the skin follows it best; None if none does.

    wanted: contents in order of preference, each as one or more ways to part it into lines; a content that finds no
    place at the first of the heights is tried at the others before it gives way to the next.
    """
    tries = ((lines, height) for ways in wanted for height in heights_mm for lines in ways)
    found = (_best_place(skin, lines, height) for lines, height in tries)
    return next((mark for mark in found if mark is not None), None)


def _best_place(skin: Skin, lines: Lines, letter_mm: float) -> Engraving | None:
    mask = text_mask(lines, letter_mm)
    size = (mask.shape[1] / PER_MM, mask.shape[0] / PER_MM)
    centres = np.flatnonzero(skin.good)
    centres = centres[:: max(1, len(centres) // TRIED)]
    tree = KDTree(skin.places)
    best: tuple[float, Engraving] | None = None
    for centre in centres.tolist():
        if not skin.good[tree.query_ball_point(skin.places[centre], min(size) / 2)].all():
            continue
        near = np.array(tree.query_ball_point(skin.places[centre], 0.5 * float(np.hypot(*size)) + 1))
        bad = skin.places[near[~skin.good[near]]] - skin.places[centre]
        for axes in _turned(skin.normals[centre], bad, size):
            mark = _bent(Engraving(lines, skin.places[centre], axes, size, letter_mm, DEPTH_MM), skin, near)
            worth = _worth(mark, skin, near)
            if worth > (best[0] if best else FACING):
                best = worth, mark
        if best and best[0] > ENOUGH:
            break
    return best[1] if best else None


def _turned(normal: Vector, bad: Points, size: tuple[float, float]) -> list[Array]:
    """Axes turned through half a circle about a normal, but those whose middle surely lies on a bad place (n, 3)."""
    first, second = square_to(normal)
    angles = np.pi * np.arange(TURNS) / TURNS
    reading = np.cos(angles)[:, None] * first + np.sin(angles)[:, None] * second
    up = np.cross(normal, reading)
    half = SURELY / 2 * np.array(size)
    under = (np.abs(bad @ reading.T) < half[0]) & (np.abs(bad @ up.T) < half[1])
    under &= (np.abs(bad @ normal) < REACH_MM)[:, None]
    return [np.array([reading[n], up[n], normal]) for n in np.flatnonzero(~under.any(axis=0))]


def _bent(mark: Engraving, skin: Skin, near: Array) -> Engraving:
    """The mark square to the mean normal under it, wrapped round the cylinder whose normals turn as the skin's do."""
    under = near[mark.holds(mark.local(skin.places[near])) & (skin.normals[near] @ mark.axes[2] > 0)]
    out = unit(skin.normals[under].mean(axis=0))
    reading = unit(mark.axes[0] - (mark.axes[0] @ out) * out)
    axes = np.array([reading, np.cross(out, reading), out])
    along, turn = (skin.places[under] - mark.centre) @ reading, np.arctan2(*(skin.normals[under] @ axes[[0, 2]].T).T)
    off = along - along.mean()
    bend = float(off @ turn / max(float(off @ off), 1e-9))
    return replace(mark, axes=axes, bend_per_mm=float(np.clip(bend, -1 / LEAST_RADIUS_MM, 1 / LEAST_RADIUS_MM)))


def _worth(mark: Engraving, skin: Skin, near: Array) -> float:
    """Least cosine between the mark's and the skin's normals under it; 0 where it hangs over bad skin or a gap."""
    local = mark.local(skin.places[near])
    facing = np.einsum("ij,ij->i", skin.normals[near], mark.outwards(local))
    under = mark.holds(local) & (facing > 0)
    if not skin.good[near][under].all() or not under.any() or np.abs(local[under, 2]).max() > 0.8 * REACH_MM:
        return 0.0
    (width, height), cells = mark.size_mm, [int(np.ceil(s / CELL_MM)) for s in mark.size_mm]
    column = np.clip(((local[under, 0] / width + 0.5) * cells[0]).astype(int), 0, cells[0] - 1)
    row = np.clip(((local[under, 1] / height + 0.5) * cells[1]).astype(int), 0, cells[1] - 1)
    covered = len(np.unique(row * cells[0] + column)) == cells[0] * cells[1]
    return float(facing[under].min()) if covered else 0.0
