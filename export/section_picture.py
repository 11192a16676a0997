"""The body cut open along its line: solid, porous and bone, the line rolled out flat."""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from hemipelvis.arrays import Array, Points, Vector, unit
from hemipelvis.frames import Side
from hemipelvis.labels import BONES
from hemipelvis.volume import Volume

PIXEL_MM = 0.25
HALF_MM = 48.0
BEFORE_MM = 30.0
"""Shown before the line begins, on the sacrum's side."""
EVEN_MM = 8.0
"""Of the line's direction: its corners would fan the columns out."""
COLOURS = {"outside": (255, 255, 255), "bone": (232, 220, 192), "porous": (160, 190, 228), "solid": (52, 85, 127)}


def section_picture(
    envelope: Volume, solid: Volume, labels: Volume, line: Points, across: Vector, side: Side, zoom: float = 1.5
) -> Image.Image:
    """Along a line (n, 3), sacrum left, and `across` it: white outside, beige bone, light porous, dark solid metal.

    Curved planar reformation: columns are stations of the line, rows run square to it in the plane of `across`.
    """
    points = _stations(_begun_before(line), across)
    flat = points.reshape(-1, 3)
    metal = envelope.sample(flat, 1.0) < 0
    dense = solid.sample(flat, 1.0) < 0
    bone = np.isin(labels.nearest(flat), BONES)
    kind = np.select([metal & dense, metal, bone], [3, 2, 1], 0).reshape(points.shape[:2])
    image = Image.fromarray(np.array(list(COLOURS.values()), np.uint8)[kind])
    return _scaled(image, side, zoom)


def _begun_before(line: Points) -> Points:
    """The line with a straight piece before its first point, along its first centimetre."""
    first = line[int(np.searchsorted(np.linalg.norm(line - line[0], axis=1), 10.0))] - line[0]
    return np.concatenate([[line[0] - BEFORE_MM * unit(first)], line])


def _stations(line: Points, across: Vector) -> Array:
    """Points (rows, columns, 3), top row farthest along `across`."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.arange(0.0, along[-1], PIXEL_MM)
    middle = np.stack([np.interp(at, along, line[:, a]) for a in range(3)], axis=1)
    tangent = unit(ndimage.gaussian_filter1d(np.gradient(middle, axis=0), EVEN_MM / PIXEL_MM, axis=0))
    up = unit(across - (tangent @ across)[:, None] * tangent)
    heights = np.arange(HALF_MM, -HALF_MM, -PIXEL_MM)
    return np.asarray(middle[None] + heights[:, None, None] * up[None])


def _scaled(image: Image.Image, side: Side, zoom: float) -> Image.Image:
    """With a bar of 20 mm, the affected side, and what lies at either end."""
    out = image.resize((round(image.width * zoom), round(image.height * zoom)), Image.Resampling.LANCZOS)
    draw, length = ImageDraw.Draw(out), 20 / PIXEL_MM * zoom
    draw.line([(10, out.height - 12), (10 + length, out.height - 12)], fill="black", width=3)
    draw.text((14 + length, out.height - 24), "20 mm", fill="black", font_size=16)
    draw.text((10, 6), f"affected side: {side.value.upper()}", fill="#b3261e", font_size=24)
    draw.text((10, 36), "sacrum", fill="black", font_size=18)
    draw.text((out.width - 64, 36), "pubis", fill="black", font_size=18)
    return out
