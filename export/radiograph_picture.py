"""The AP radiograph with the symmetry axis, the inter-ischial line, both centres and both distances on it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from hemipelvis.arrays import Array, Point
from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks

AFFECTED, INTACT, AXIS, PLANNED = "#ff5050", "#50c8ff", "#ffe060", "#60ff60"
WIDTH = 1000


def radiograph_picture(
    pixels: Array,
    pixel_mm: Array,
    pixel_from_world: Callable[[Any], Array],
    landmarks: Landmarks,
    side: Side,
    planned: Point | None,
    figures: Mapping[str, Any] | None = None,
    title: str = "AP view (DRR)",
) -> Image.Image:
    """pixels: DRR (rows superior to inferior), any scale; points fall on it by pixel_from_world (row, column).

    pixel_mm: width and height of a pixel; the picture has square ones. figures: bwma_cm by side and chd_mm, as measured
    in this view, written at the distances they are of.
    """
    low, high = np.percentile(pixels, [15, 98.5])
    grey = np.clip((pixels - low) / max(high - low, 1e-9), 0, 1) ** 0.8 * 255
    scale = np.asarray(pixel_mm, float) * WIDTH / (pixels.shape[1] * pixel_mm[0])
    size = (WIDTH, round(pixels.shape[0] * scale[1]))
    image = Image.fromarray(grey.astype(np.uint8)).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    draw = _Pen(ImageDraw.Draw(image), lambda p: (np.asarray(pixel_from_world(p), float)[::-1] + 0.5) * scale)
    _draw_lines(draw, landmarks)
    for s, colour in ((side, AFFECTED), (side.other, INTACT)):
        arm = "" if figures is None else f"BWMA {figures['bwma_cm'][s.value]:.2f} cm"
        _draw_centre(draw, landmarks, s, colour, arm)
    if planned is not None:
        draw.cross(planned, PLANNED, "planned")
    ImageDraw.Draw(image).text((10, 10), f"{title} - affected side: {side.value.upper()}", fill="white", font_size=20)
    if figures is not None:
        text = f"CHD {figures['chd_mm']:+.1f} mm (negative: affected centre higher)"
        ImageDraw.Draw(image).text((10, 36), text, fill="white", font_size=20)
    return image


class _Pen:
    def __init__(self, draw: ImageDraw.ImageDraw, place: Callable[[Any], Array]) -> None:
        self.draw, self.place = draw, place

    def line(self, a: Any, b: Any, colour: str) -> None:
        self.draw.line([tuple(self.place(a)), tuple(self.place(b))], fill=colour, width=2)

    def text(self, p: Any, colour: str, text: str) -> None:
        x, y = self.place(p)
        self.draw.text((x + 4, y + 4), text, fill=colour, font_size=16)

    def cross(self, p: Any, colour: str, text: str) -> None:
        x, y = self.place(p)
        self.draw.line([(x - 9, y), (x + 9, y)], fill=colour, width=3)
        self.draw.line([(x, y - 9), (x, y + 9)], fill=colour, width=3)
        self.draw.text((x + 11, y - 20), text, fill=colour, font_size=18)


def _draw_lines(pen: _Pen, landmarks: Landmarks) -> None:
    left, right = landmarks.points["ischium_L"], landmarks.points["ischium_R"]
    beyond = 0.25 * (right - left)
    pen.line(left - beyond, right + beyond, AXIS)
    frame = landmarks.frame()
    pen.line(frame.world_from_pelvic([0, 0, -30]), frame.world_from_pelvic([0, 0, 190]), AXIS)


def _draw_centre(pen: _Pen, landmarks: Landmarks, side: Side, colour: str, arm: str) -> None:
    centre = landmarks.points.get(f"hip_centre_{side.letter}")
    if centre is None:
        return
    pen.cross(centre, colour, side.letter)
    axis = landmarks.symmetry.project(centre)
    pen.line(centre, axis, colour)
    pen.text((centre + axis) / 2, colour, arm)
    frame = landmarks.frame()
    foot = np.array(frame.pelvic_from_world(centre))
    foot[2] = 0
    low = frame.world_from_pelvic(foot)
    pen.line(centre, low, colour)
    pen.text((centre + low) / 2, colour, f"{height_of(landmarks, centre):.1f} mm")


def height_of(landmarks: Landmarks, point: Point) -> float:
    """Height (mm) over the line through both ischia in the scanner's coronal plane."""
    left, right, here = (np.asarray(p)[[0, 2]] for p in (*_ischia(landmarks), point))
    along = (left - right) / np.linalg.norm(left - right) * np.sign(left[0] - right[0])
    return float((here - right) @ np.array([-along[1], along[0]]))


def _ischia(landmarks: Landmarks) -> tuple[Point, Point]:
    return landmarks.points["ischium_L"], landmarks.points["ischium_R"]
