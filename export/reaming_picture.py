"""How deep to ream: a map of the bone that stands above each face's plane."""

import numpy as np
from PIL import Image, ImageDraw

from hemipelvis.plan import Interface

PIXELS = 8
SCALE_MM = 12.0


def reaming_picture(face: Interface) -> Image.Image | None:
    """The face seen from the implant, its axes across and up: white no bone, then light to dark red with depth (mm).

    One square is 1 mm; None where the face carries no map (edited by hand).
    """
    rows = face.notes.get("reaming_map_mm")
    if not rows:
        return None
    depth = np.array([[np.nan if d is None else d for d in row] for row in rows], float)
    share = np.clip(np.nan_to_num(depth) / SCALE_MM, 0, 1)[..., None]
    rgb = np.where(np.isnan(depth)[..., None], [255, 255, 255], (1 - share) * [255, 225, 205] + share * [130, 0, 20])
    image = Image.fromarray(rgb.astype(np.uint8).swapaxes(0, 1)[::-1])
    image = image.resize((image.width * PIXELS, image.height * PIXELS), Image.Resampling.NEAREST)
    framed = Image.new("RGB", (max(image.width + 20, 360), image.height + 40), "white")
    framed.paste(image, (10, 34))
    text = f"{face.host}: reamed up to {np.nanmax(depth, initial=0):.1f} mm"
    ImageDraw.Draw(framed).text((10, 6), text, fill="black", font_size=18)
    return framed
