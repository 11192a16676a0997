"""How deep to ream: a map of the bone that stands above each face's plane."""

import numpy as np
from PIL import Image, ImageDraw

from hemipelvis.arrays import Array
from hemipelvis.frames import Side
from hemipelvis.plan import Interface

PIXELS = 8
SCALE_MM = 12.0
WIDTH, BAR = 640, 160


def reaming_picture(face: Interface, side: Side) -> Image.Image | None:
    """The face seen from the implant, its axes across and up: white no bone, then light to dark red with depth (mm).

    One square is 1 mm; a bar tells the depths; side: the affected one, written on it. None where the face carries no
    map (edited by hand).
    """
    rows = face.notes.get("reaming_map_mm")
    if not rows:
        return None
    depth = np.array([[np.nan if d is None else d for d in row] for row in rows], float)
    share = np.clip(np.nan_to_num(depth) / SCALE_MM, 0, 1)[..., None]
    rgb = np.where(np.isnan(depth)[..., None], [255, 255, 255], _red(share))
    image = Image.fromarray(rgb.astype(np.uint8).swapaxes(0, 1)[::-1])
    image = image.resize((image.width * PIXELS, image.height * PIXELS), Image.Resampling.NEAREST)
    framed = Image.new("RGB", (WIDTH, max(image.height, BAR) + 80), "white")
    framed.paste(image, (10, 66))
    draw = ImageDraw.Draw(framed)
    draw.text((10, 6), f"affected side: {side.value.upper()}", fill="#b3261e", font_size=22)
    draw.text((10, 36), f"{face.host}: reamed up to {np.nanmax(depth, initial=0):.1f} mm", fill="black", font_size=20)
    _bar(framed, draw)
    return framed


def _red(share: Array) -> Array:
    return (1 - share) * [255, 225, 205] + share * [130, 0, 20]


def _bar(framed: Image.Image, draw: ImageDraw.ImageDraw) -> None:
    """What colour means what depth."""
    strip = np.broadcast_to(_red(np.linspace(0, 1, BAR)[:, None, None]), (BAR, 16, 3))
    framed.paste(Image.fromarray(strip.astype(np.uint8)), (WIDTH - 90, 66))
    for depth in (0, SCALE_MM / 2, SCALE_MM):
        at = 66 + depth / SCALE_MM * (BAR - 18)
        draw.text((WIDTH - 68, at), f"{depth:.0f} mm", fill="black", font_size=16)
