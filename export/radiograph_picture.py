"""The AP radiograph with the symmetry axis, the inter-ischial line, both centres and both distances on it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from hemipelvis.arrays import Array, Point
from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks

Line = tuple[Array, Array]
AFFECTED, INTACT, AXIS, PLANNED = "#ff5050", "#50c8ff", "#ffe060", "#60ff60"
WIDTH = 1000


def radiograph_picture(
    pixels: Array,
    pixel_mm: Array,
    pixel_from_world: Callable[[Any], Array],
    landmarks: Landmarks,
    side: Side,
    planned: Point | None,
    magnification: float = 1.0,
    figures: Mapping[str, Any] | None = None,
    title: str = "AP view (DRR)",
) -> Image.Image:
    """pixels: DRR (rows superior to inferior), any scale; points fall on it by pixel_from_world (row, column).

    pixel_mm: width and height of a pixel; the picture has square ones. magnification: of the hips on it, divided out of
    the lengths written at the distances. figures: chd_mm as measured in this view.
    """
    low, high = np.percentile(pixels, [15, 98.5])
    grey = np.clip((pixels - low) / max(high - low, 1e-9), 0, 1) ** 0.8 * 255
    scale = np.asarray(pixel_mm, float) * WIDTH / (pixels.shape[1] * pixel_mm[0])
    size = (WIDTH, round(pixels.shape[0] * scale[1]))
    image = Image.fromarray(grey.astype(np.uint8)).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    draw = _Pen(ImageDraw.Draw(image), lambda p: (np.asarray(pixel_from_world(p), float)[::-1] + 0.5) * scale)
    lines = _draw_lines(draw, landmarks, side)
    millimetres = float(pixel_mm[0] / scale[0] / magnification)
    for s, colour in ((side, AFFECTED), (side.other, INTACT)):
        _draw_centre(draw, landmarks, s, colour, lines, millimetres)
    if planned is not None:
        draw.cross(planned, PLANNED, "planned")
    ImageDraw.Draw(image).text((10, 10), f"{title} - affected side: {side.value.upper()}", fill="white", font_size=20)
    if figures is not None:
        text = f"CHD {figures['chd_mm']:+.1f} mm (negative: affected centre higher)"
        ImageDraw.Draw(image).text((10, 36), text, fill="white", font_size=20)
    return image


class _Pen:
    """Draws in the picture's pixels; `place` says where world points fall."""

    def __init__(self, draw: ImageDraw.ImageDraw, place: Callable[[Any], Array]) -> None:
        self.draw, self.place = draw, place

    def line(self, a: Array, b: Array, colour: str) -> None:
        self.draw.line([tuple(a), tuple(b)], fill=colour, width=2)

    def cross(self, p: Any, colour: str, text: str) -> None:
        x, y = self.place(p)
        self.draw.line([(x - 9, y), (x + 9, y)], fill=colour, width=3)
        self.draw.line([(x, y - 9), (x, y + 9)], fill=colour, width=3)
        self.text((x + 11, y - 20), colour, text)

    def text(self, at: Any, colour: str, text: str) -> None:
        """Outlined, to be read on bone and metal too."""
        self.draw.text(tuple(at), text, fill=colour, font_size=20, stroke_width=2, stroke_fill="black")


def _draw_lines(pen: _Pen, landmarks: Landmarks, side: Side) -> tuple[Line, Line]:
    """The symmetry axis, through promontory and tubercle both brought to the plane as it is measured from, and the
    inter-ischial line; where they lie in the picture."""
    ends = [landmarks.symmetry.project(landmarks.points[name]) for name in ("SP", f"PT_{side.other.letter}")]
    axis = pen.place(ends[0]), pen.place(ends[1])
    ischia = pen.place(landmarks.points["ischium_L"]), pen.place(landmarks.points["ischium_R"])
    for (a, b), beyond in ((axis, 0.35), (ischia, 0.25)):
        pen.line(a + beyond * (a - b), b + beyond * (b - a), AXIS)
    return axis, ischia


def _draw_centre(
    pen: _Pen, landmarks: Landmarks, side: Side, colour: str, lines: tuple[Line, Line], millimetres: float
) -> None:
    """A centre with its perpendiculars to both lines and their lengths; millimetres: of a pixel, in the patient."""
    centre = landmarks.points.get(f"hip_centre_{side.letter}")
    if centre is None:
        return
    pen.cross(centre, colour, side.letter)
    here = pen.place(centre)
    for (a, b), name in zip(lines, ("BWMA {:.1f} mm", "{:.1f} mm"), strict=True):
        along = (b - a) / np.linalg.norm(b - a)
        foot = a + ((here - a) @ along) * along
        pen.line(here, foot, colour)
        text = name.format(float(np.linalg.norm(here - foot)) * millimetres)
        pen.text((here + foot) / 2 + 4, colour, text)
