"""CT slices with the outlines of labels on them."""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from hemipelvis.arrays import Array, Point
from hemipelvis.export.guessed import GUESSED
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.volume import Volume

COLOURS: dict[int, tuple[int, int, int]] = {
    Label.SACRUM: (255, 220, 60), Label.HIP_RIGHT: (80, 160, 255), Label.HIP_LEFT: (60, 220, 220),
    Label.FEMUR_RIGHT: (120, 230, 120), Label.FEMUR_LEFT: (60, 190, 90), Label.ENDOPROSTHESIS: (255, 150, 40),
    Label.SCREWS: (255, 70, 70), Label.LUMBAR: (190, 140, 255),
}  # fmt: skip
GUESS = (255, 255, 255)
OUTLINES = {**COLOURS, GUESSED: GUESS}
WINDOW_HU = (-300.0, 1500.0)
PLANES = {"axial": 2, "coronal": 1, "sagittal": 0}
HEIGHT = 420
LETTERS = {"axial": "RL", "coronal": "RL", "sagittal": "AP"}


def slice_picture(ct: Volume, labels: Volume, at: Point, plane: str, side: Side | None = None) -> Image.Image:
    """One plane ("axial", "coronal", "sagittal") through a world point; radiological layout, square pixels.

    labels: with bone that is a guess as `GUESSED`, if it is to be marked; side: the affected one, to be written on it.
    """
    axis = PLANES[plane]
    index = int(np.clip(np.rint(ct.index_from_world(at))[axis], 0, ct.size[axis] - 1))
    grey, outline = (_cut(v.voxels, axis, index) for v in (ct, labels))
    rgb = np.repeat(windowed(grey)[..., None], 3, axis=2)
    for label, colour in OUTLINES.items():
        inside = outline == label
        rgb[inside & np.logical_not(ndimage.binary_erosion(inside))] = colour
    image = Image.fromarray(rgb)
    across = {2: (0, 1), 1: (0, 2), 0: (1, 2)}[axis]
    width, height = (ct.size[a] * ct.spacing[a] for a in across)
    sized = image.resize((round(HEIGHT * width / height), HEIGHT), Image.Resampling.LANCZOS)
    return sized if side is None else _lettered(sized, plane, side)


def _lettered(image: Image.Image, plane: str, side: Side) -> Image.Image:
    draw = ImageDraw.Draw(image)
    draw.text((8, 4), f"affected side: {side.value.upper()}", fill="#ff8a80", font_size=18)
    for letter, x in zip(LETTERS[plane], (8, image.width - 24), strict=True):
        draw.text((x, image.height // 2 - 12), letter, fill="white", font_size=24)
    return image


def _cut(voxels: Array, axis: int, index: int) -> Array:
    cut = np.take(voxels, index, axis=2 - axis)
    return cut if axis == 2 else cut[::-1]


def windowed(grey: Array) -> Array:
    """HU as grey values, bone window."""
    low, high = WINDOW_HU
    return (np.clip((grey - low) / (high - low), 0, 1) * 255).astype(np.uint8)
