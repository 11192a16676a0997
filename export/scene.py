"""Views of bones, old hardware, implant and screws, from the sides a surgeon looks from."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv
from PIL import Image, ImageDraw

from hemipelvis.arrays import Array
from hemipelvis.frames import PelvicFrame, Side
from hemipelvis.mesh import Mesh

SIZE = (900, 800)
CLEAR = 0.075
"""Of the picture's height, above and below the shapes: the line of text."""
VIEWS: Mapping[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "anterior": ((0, -1, 0), (0, 0, 1)),
    "posterior": ((0, 1, 0), (0, 0, 1)),
    "left": ((1, 0, 0), (0, 0, 1)),
    "right": ((-1, 0, 0), (0, 0, 1)),
    "inlet": ((0, -0.6, 0.8), (0, 0.8, 0.6)),
    "outlet": ((0, -0.8, -0.6), (0, -0.6, 0.8)),
}
"""Camera direction (from the pelvis to the eye) and up, in the pelvic frame."""


@dataclass(frozen=True)
class Layer:
    """A mesh with a colour (name or #rrggbb) and an opacity."""

    mesh: Mesh
    colour: str
    opacity: float = 1.0


def picture(
    layers: Sequence[Layer], frame: PelvicFrame, view: str, side: Side, focus: Mesh | None = None
) -> Image.Image:
    """One view with the affected side written on it; `focus` frames a part of the scene."""
    os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")
    pv.vtk_verbosity("off")
    plotter = pv.Plotter(off_screen=True, window_size=list(SIZE), lighting="light kit")
    for layer in layers:
        plotter.add_mesh(polydata(layer.mesh), color=layer.colour, opacity=layer.opacity, smooth_shading=True)
    _aim(plotter, layers, frame, view, focus)
    pixels = np.asarray(plotter.screenshot(None, return_img=True))
    plotter.close()
    return _captioned(Image.fromarray(pixels), view, side)


def polydata(mesh: Mesh) -> pv.PolyData:
    """The same for VTK."""
    faces = np.hstack([np.full((len(mesh.faces), 1), 3, np.int64), mesh.faces])
    return pv.PolyData(np.array(mesh.vertices), faces.ravel())


def _aim(plotter: pv.Plotter, layers: Sequence[Layer], frame: PelvicFrame, view: str, focus: Mesh | None) -> None:
    to_eye, up = (frame.world_direction(v) for v in VIEWS[view])
    bounds = _bounds([focus] if focus is not None else [layer.mesh for layer in layers])
    centre = bounds.mean(axis=0)
    plotter.camera.parallel_projection = True
    plotter.camera.focal_point = centre
    plotter.camera.position = centre + 600 * np.asarray(to_eye)
    plotter.camera.up = up
    plotter.camera.parallel_scale = _half_height(bounds, np.asarray(to_eye), np.asarray(up))
    plotter.camera.clipping_range = (1, 2000)


def _half_height(bounds: Array, to_eye: Array, up: Array) -> float:
    """Half the height (mm) that a picture must show for a box (2, 3) to lie within it, clear of what is written."""
    corners = np.array(np.meshgrid(*bounds.T)).reshape(3, -1).T - bounds.mean(axis=0)
    high, wide = np.abs(corners @ up).max(), np.abs(corners @ np.cross(up, to_eye)).max()
    return float(max(high / (1 - 2 * CLEAR), wide * SIZE[1] / SIZE[0] / (1 - CLEAR)))


def _bounds(meshes: Sequence[Mesh]) -> Array:
    boxes = np.array([m.bounds for m in meshes])
    return np.array([boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)])


def _captioned(image: Image.Image, view: str, side: Side) -> Image.Image:
    draw = ImageDraw.Draw(image)
    draw.text((12, 8), f"{view} view - affected side: {side.value.upper()}", fill="#b3261e", font_size=36)
    letters = {"anterior": ("R", "L"), "inlet": ("R", "L"), "outlet": ("R", "L"), "posterior": ("L", "R")}.get(view)
    for letter, x in zip(letters or (), (12, SIZE[0] - 36), strict=False):
        draw.text((x, SIZE[1] // 2), letter, fill="black", font_size=34)
    return image


def save(image: Image.Image, path: Path) -> None:
    """PNG without any text chunk."""
    image.convert("RGB").save(path, "PNG", optimize=False)
