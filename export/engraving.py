"""The mark in the metal: side, case code, part number. A place is sought on solid skin that touches nothing, and the
mesh's vertices there are pressed in along one direction; which vertices make which triangle stays as it was.

On a face that lies within 40° of the pressing direction the pressed surface is still a graph over it, so it cannot run
into itself; the metal left under the grooves is checked on the solid's own field.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import edt
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Point, Points, Vector, square_to
from hemipelvis.field import from_volume, outward_normals
from hemipelvis.isosurface import isosurface
from hemipelvis.volume import Volume

HEIGHT_MM = 3.0
DEPTH_MM = 0.5
"""Deeper than powder grains (45–100 µm) and beam (140 µm) blur, shallow against the 1.5 mm of metal asked for."""
METAL_MM = 1.5
PER_MM = 40
STROKE_MM = 0.5
PITCHES = 3.0
"""Mesh pitches across a stroke: fewer, and letters break up."""
MARGIN_MM = 0.7
CELL_MM = 1.0
TRIED, TURNS = 400, 8
ASIDE, BACKWARDS = 0.2, 0.5
FACING = float(np.cos(np.radians(40)))


@dataclass(frozen=True)
class Engraving:
    """text lines; centre and axes (3, 3) as rows: reading direction, up, out of the metal; size_mm (width, height)."""

    lines: tuple[str, ...]
    centre: Point
    axes: Array
    size_mm: tuple[float, float]
    letter_mm: float
    depth_mm: float

    def local(self, points: Points) -> Points:
        """Points (n, 3) along its axes, mm."""
        return (np.asarray(points, float) - self.centre) @ self.axes.T


@dataclass(frozen=True)
class Skin:
    """Places (n, 3) on the body's surface with their outward normals; good (n,): where a mark may stand."""

    places: Points
    normals: Array
    good: Array


def letter_height(pitch_mm: float) -> float:
    """Height (mm) of letters that a mesh of this pitch can show: 3 mm, or as much as the strokes need."""
    return HEIGHT_MM * max(1.0, PITCHES * pitch_mm / STROKE_MM)


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
    for start, end, radius in keep_off:
        good = good & (_to_segment(places, start, end) > radius)
    return Skin(places, normals, good)


def _to_segment(places: Points, start: Point, end: Point) -> Array:
    way = np.asarray(end, float) - start
    share = np.clip((places - start) @ way / max(float(way @ way), 1e-9), 0, 1)
    return np.linalg.norm(places - start - share[:, None] * way, axis=1)


def place_mark(skin: Skin, wanted: Sequence[tuple[str, ...]], letter_mm: float) -> Engraving | None:
    """The first of the wanted texts that finds a place, where the skin is flattest; None if none does."""
    found = (_best_place(skin, lines, letter_mm) for lines in wanted)
    return next((mark for mark in found if mark is not None), None)


def _best_place(skin: Skin, lines: tuple[str, ...], letter_mm: float) -> Engraving | None:
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
        for axes in _turned(skin.normals[centre]):
            mark = Engraving(lines, skin.places[centre], axes, size, letter_mm, DEPTH_MM)
            worth = _worth(mark, skin, near)
            if worth > (best[0] if best else FACING):
                best = worth, mark
    return best[1] if best else None


def _turned(normal: Vector) -> list[Array]:
    first, second = square_to(normal)
    angles = 2 * np.pi * np.arange(TURNS) / TURNS
    reading = [np.cos(a) * first + np.sin(a) * second for a in angles]
    return [np.array([r, np.cross(normal, r), normal]) for r in reading]


def _worth(mark: Engraving, skin: Skin, near: Array) -> float:
    """Least cosine between the mark's and the skin's normals under it; 0 where it hangs over bad skin or a gap."""
    u, v, w = mark.local(skin.places[near]).T
    width, height = mark.size_mm
    facing = skin.normals[near] @ mark.axes[2]
    under = (np.abs(u) <= width / 2) & (np.abs(v) <= height / 2) & (facing > 0) & (np.abs(w) < max(width, height) / 2)
    if not skin.good[near][under].all():
        return 0.0
    cells = int(np.ceil(width / CELL_MM)), int(np.ceil(height / CELL_MM))
    column = np.clip(((u[under] / width + 0.5) * cells[0]).astype(int), 0, cells[0] - 1)
    row = np.clip(((v[under] / height + 0.5) * cells[1]).astype(int), 0, cells[1] - 1)
    covered = len(np.unique(row * cells[0] + column)) == cells[0] * cells[1]
    return float(facing[under].min()) if covered else 0.0


def text_mask(lines: Sequence[str], letter_mm: float) -> Array:
    """Letters (rows from the top, columns), bool, PER_MM to a millimetre, capitals `letter_mm` high, with a margin."""
    font = ImageFont.load_default(100)
    tall = font.getbbox("H")
    size = 100 * letter_mm * PER_MM / (tall[3] - tall[1])
    font = ImageFont.load_default(size)
    boxes = [font.getbbox(line) for line in lines]
    gap, pad = round(0.45 * letter_mm * PER_MM), round(MARGIN_MM * PER_MM)
    high = round(letter_mm * PER_MM)
    wide = int(max(b[2] - b[0] for b in boxes)) + 2 * pad
    image = Image.new("L", (wide, len(lines) * high + (len(lines) - 1) * gap + 2 * pad))
    for number, (line, box) in enumerate(zip(lines, boxes, strict=True)):
        left = (wide - (box[2] - box[0])) / 2 - box[0]
        top = pad + number * (high + gap) - font.getbbox("H")[1]
        ImageDraw.Draw(image).text((left, top), line, fill=255, font=font)
    return np.asarray(image) > 127


def pressed(mark: Engraving, points: Points, envelope: Volume) -> Points:
    """Points (n, 3) after engraving: those on the body's surface under a letter lie deeper, walls 0.15 mm wide."""
    local = mark.local(points)
    width, height = mark.size_mm
    inside = (np.abs(local[:, 0]) < width / 2) & (np.abs(local[:, 1]) < height / 2) & (np.abs(local[:, 2]) < 8)
    at = np.flatnonzero(inside)
    at = at[np.abs(from_volume(envelope)(points[at])) < 0.25 * envelope.spacing[0] + 0.1] if len(at) else at
    if not len(at):
        return points
    at = at[outward_normals(envelope, points[at]) @ mark.axes[2] > 0.5]
    moved = np.array(points)
    moved[at] -= (mark.depth_mm * depth_share(mark, local[at]))[:, None] * mark.axes[2]
    return moved


def depth_share(mark: Engraving, local: Points) -> Array:
    """How deep (0 to 1) the mark is at local places (n, 3)."""
    mask = text_mask(mark.lines, mark.letter_mm)
    off = (edt.edt(~mask, black_border=False) - edt.edt(mask, black_border=False)) / np.float32(PER_MM)
    columns = (local[:, 0] + mark.size_mm[0] / 2) * PER_MM - 0.5
    rows = (mark.size_mm[1] / 2 - local[:, 1]) * PER_MM - 0.5
    away = ndimage.map_coordinates(off, [rows, columns], order=1, mode="nearest")
    return np.clip(0.5 - (away - 0.04) / 0.15, 0, 1)


def measured_depth(mark: Engraving, points: Points, envelope: Volume) -> float:
    """Mean depth (mm) of a mesh's surface under the letters, below the body's surface around them; 0 without any."""
    local = mark.local(points)
    width, height = mark.size_mm
    inside = (np.abs(local[:, 0]) < width / 2) & (np.abs(local[:, 1]) < height / 2) & (np.abs(local[:, 2]) < 8)
    local, depth = local[inside], -from_volume(envelope)(points[inside])
    top = (depth < 2 * mark.depth_mm) & (outward_normals(envelope, points[inside]) @ mark.axes[2] > 0.5)
    share = depth_share(mark, local)
    under, beside = top & (share > 0.99), top & (share < 0.01)
    if under.sum() < 10 or beside.sum() < 10:
        return 0.0
    return float(depth[under].mean() - depth[beside].mean())
