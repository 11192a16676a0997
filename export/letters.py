"""Letters as a picture, to engrave."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hemipelvis.arrays import Array

PER_MM = 40
MARGIN_MM = 0.7
LINE_GAP = 0.45
"""Of the height of a letter, between lines."""


def text_mask(lines: Sequence[str], letter_mm: float) -> Array:
    """Letters (rows from the top, columns), bool, PER_MM to a millimetre, capitals `letter_mm` high, with a margin."""
    font = ImageFont.load_default(100)
    tall = font.getbbox("H")
    size = 100 * letter_mm * PER_MM / (tall[3] - tall[1])
    font = ImageFont.load_default(size)
    boxes = [font.getbbox(line) for line in lines]
    gap, pad = round(LINE_GAP * letter_mm * PER_MM), round(MARGIN_MM * PER_MM)
    high = round(letter_mm * PER_MM)
    wide = int(max(b[2] - b[0] for b in boxes)) + 2 * pad
    image = Image.new("L", (wide, len(lines) * high + (len(lines) - 1) * gap + 2 * pad))
    for number, (line, box) in enumerate(zip(lines, boxes, strict=True)):
        left = (wide - (box[2] - box[0])) / 2 - box[0]
        top = pad + number * (high + gap) - font.getbbox("H")[1]
        ImageDraw.Draw(image).text((left, top), line, fill=255, font=font)
    return np.asarray(image) > 127
