"""The mark in the metal: side, case code, part number. The mesh's vertices under the letters are pressed in; which
vertices make which triangle stays as it was.

The text lies on a plane, or round a cylinder that follows the skin along the reading direction. Where the skin lies
within 40° of it, the pressed surface is still a graph over it, so it cannot run into itself.
"""

from dataclasses import dataclass

import edt
import numpy as np
from scipy import ndimage

from hemipelvis.arrays import Array, Mask, Point, Points
from hemipelvis.export.letters import PER_MM, text_mask
from hemipelvis.field import from_volume, outward_normals
from hemipelvis.volume import Volume

HEIGHT_MM = 3.0
STROKE_MM = 0.5
"""Of letters HEIGHT_MM high; others in proportion."""
LEAST_MM = 2.4
"""Of letters whose strokes are 0.4 mm wide, about three widths of the beam (140 µm): narrower ones may close."""
DEPTH_MM = 0.5
"""Deeper than powder grains (45–100 µm) and beam blur, shallow against the 1.5 mm of metal asked for."""
PITCHES = 3.0
"""Mesh pitches across a stroke: fewer, and letters break up."""
REACH_MM = 4.0
"""How far the skin under a text may lie off the text's own surface."""
WALL_MM = 0.15
FLAT_PER_MM = 1e-4


@dataclass(frozen=True)
class Engraving:
    """text lines; centre and axes (3, 3) as rows: reading direction, up, out of the metal; size_mm (width, height).

    bend_per_mm: one over the radius of the cylinder the text is wrapped round, about the axis `up`; positive where the
    skin bulges, 0 on a plane.
    """

    lines: tuple[str, ...]
    centre: Point
    axes: Array
    size_mm: tuple[float, float]
    letter_mm: float
    depth_mm: float
    bend_per_mm: float = 0.0

    def local(self, points: Points) -> Points:
        """Points (n, 3) along the line as it bends, up, and out of the metal, mm."""
        along, up, out = ((np.asarray(points, float) - self.centre) @ np.asarray(self.axes).T).T
        if abs(self.bend_per_mm) < FLAT_PER_MM:
            return np.stack([along, up, out], axis=1)
        radius, turn = 1 / self.bend_per_mm, np.sign(self.bend_per_mm)
        angle = np.arctan2(turn * along, turn * (out + radius))
        return np.stack([radius * angle, up, turn * np.hypot(along, out + radius) - radius], axis=1)

    def outwards(self, local: Points) -> Points:
        """Unit directions (n, 3) out of the metal at local places (n, 3)."""
        angle = local[:, :1] * self.bend_per_mm
        return np.cos(angle) * self.axes[2] + np.sin(angle) * self.axes[0]

    def near(self, points: Points) -> Array:
        """Which of points (n, 3) may lie under the text: a part has millions that do not."""
        reach = sum(self.size_mm) / 2 + REACH_MM
        return np.flatnonzero((np.abs(np.asarray(points) - self.centre) < reach).all(axis=1))

    def holds(self, local: Points) -> Mask:
        """Whether local places (n, 3) lie under the text's rectangle."""
        half = np.array([*self.size_mm, 2 * REACH_MM]) / 2
        return np.asarray((np.abs(local) < half).all(axis=1))


def letter_heights(pitch_mm: float) -> tuple[float, ...]:
    """Heights (mm) to try on a mesh of this pitch, from the wanted one to the least its strokes can show."""
    least = max(LEAST_MM, HEIGHT_MM * PITCHES * pitch_mm / STROKE_MM)
    return (least,) if least >= HEIGHT_MM else (HEIGHT_MM, (HEIGHT_MM + least) / 2, least)


def pressed(mark: Engraving, points: Points, envelope: Volume) -> Points:
    """Points (n, 3) after engraving: those on the body's surface under a letter lie deeper, walls 0.15 mm wide."""
    at = mark.near(points)
    at = at[mark.holds(mark.local(points[at]))]
    at = at[np.abs(from_volume(envelope)(points[at])) < 0.25 * envelope.spacing[0] + 0.1] if len(at) else at
    if not len(at):
        return points
    local = mark.local(points[at])
    ways = mark.outwards(local)
    outer = np.einsum("ij,ij->i", outward_normals(envelope, points[at]), ways) > 0.5
    moved = np.array(points)
    moved[at[outer]] -= (mark.depth_mm * depth_share(mark, local[outer]))[:, None] * ways[outer]
    return moved


def groove(mark: Engraving, points: Points, envelope: Volume) -> Array:
    """Signed distance (n,), mm, to the skin as the mark has pressed it, negative within; −∞ off the letters.

    A part's field and this one, whichever is larger, is the part engraved: the same surface that `pressed` makes.
    """
    values, local = np.full(len(points), -np.inf), mark.local(points)
    at = np.flatnonzero(mark.holds(local))
    share = depth_share(mark, local[at])
    at, share = at[share > 0], share[share > 0]
    if len(at):
        before = points[at] + (mark.depth_mm * share)[:, None] * mark.outwards(local[at])
        values[at] = from_volume(envelope)(before)
    return values


def depth_share(mark: Engraving, local: Points) -> Array:
    """How deep (0 to 1) the mark is at local places (n, 3)."""
    mask = text_mask(mark.lines, mark.letter_mm)
    off = (edt.edt(~mask, black_border=False) - edt.edt(mask, black_border=False)) / np.float32(PER_MM)
    columns = (local[:, 0] + mark.size_mm[0] / 2) * PER_MM - 0.5
    rows = (mark.size_mm[1] / 2 - local[:, 1]) * PER_MM - 0.5
    away = ndimage.map_coordinates(off, [rows, columns], order=1, mode="nearest")
    return np.clip(0.5 - (away - 0.04) / WALL_MM, 0, 1)


def measured_depth(mark: Engraving, points: Points, envelope: Volume) -> float:
    """Mean depth (mm) of a mesh's surface under the letters, below the body's surface around them; 0 without any."""
    points = points[mark.near(points)]
    points = points[mark.holds(mark.local(points))]
    local, depth = mark.local(points), -from_volume(envelope)(points)
    facing = np.einsum("ij,ij->i", outward_normals(envelope, points), mark.outwards(local))
    top = (depth < 2 * mark.depth_mm) & (facing > 0.5)
    share = depth_share(mark, local)
    under, beside = top & (share > 0.99), top & (share < 0.01)
    if under.sum() < 10 or beside.sum() < 10:
        return 0.0
    return float(depth[under].mean() - depth[beside].mean())
