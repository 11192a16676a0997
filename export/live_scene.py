"""The 3-D scene of the report: meshes made small enough for a page, packed as text that its script unpacks."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyvista as pv

from hemipelvis.arrays import Array
from hemipelvis.export.scene import VIEWS, polydata
from hemipelvis.frames import PelvicFrame, Side
from hemipelvis.mesh import Mesh

MOST_TRIANGLES = 24_000
STEPS = 65535
"""Places along the scene's longest side: about 0.006 mm apart, far below what a screen shows."""


@dataclass(frozen=True)
class LiveLayer:
    """What can be shown and hidden: meshes of one colour (#rrggbb) under one name."""

    name: str
    meshes: tuple[Mesh, ...]
    colour: str
    opacity: float = 1.0
    shown: bool = True


def live_scene(layers: Sequence[LiveLayer], frame: PelvicFrame, side: Side, most: int = MOST_TRIANGLES) -> str:
    """JSON for the page's script: vertices as 16-bit steps and faces as 32-bit numbers, base64, little-endian.

    Coordinates are turned into pelvic axes (x left, y posterior, z superior); most: triangles of a layer.
    """
    small = [(layer, _joined([_reduced(m, most // len(layer.meshes)) for m in layer.meshes])) for layer in layers]
    turned = [(layer, Mesh(frame.pelvic_from_world(mesh.vertices), mesh.faces)) for layer, mesh in small]
    corners = np.array([m.bounds for _, m in turned])
    lower, upper = corners[:, 0].min(axis=0), corners[:, 1].max(axis=0)
    step = float((upper - lower).max()) / STEPS
    data = {
        "side": side.value,
        "lower": [round(float(c), 4) for c in lower],
        "upper": [round(float(c), 4) for c in upper],
        "step": step,
        "views": {name: [list(eye), list(up)] for name, (eye, up) in VIEWS.items()},
        "layers": [_packed(layer, mesh, lower, step) for layer, mesh in turned],
    }
    return json.dumps(data, separators=(",", ":"))


def _packed(layer: LiveLayer, mesh: Mesh, lower: Array, step: float) -> dict[str, object]:
    places = np.rint((mesh.vertices - lower) / step).astype("<u2")
    return {
        "name": layer.name, "colour": layer.colour, "opacity": layer.opacity, "shown": layer.shown,
        "vertices": _text(places), "faces": _text(mesh.faces.astype("<u4")),
    }  # fmt: skip


def _text(array: Array) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def _reduced(mesh: Mesh, most: int) -> Mesh:
    """At most about `most` triangles, by quadrics (Garland and Heckbert 1997; VTK)."""
    if mesh.face_count <= most:
        return mesh
    small = polydata(mesh).decimate(1 - most / mesh.face_count)
    assert isinstance(small, pv.PolyData)
    return Mesh(np.asarray(small.points, float), np.asarray(small.faces).reshape(-1, 4)[:, 1:])


def _joined(meshes: Sequence[Mesh]) -> Mesh:
    starts = np.cumsum([0, *(m.vertex_count for m in meshes)])
    faces = [m.faces + int(start) for m, start in zip(meshes, starts, strict=False)]
    return Mesh(np.concatenate([m.vertices for m in meshes]), np.concatenate(faces))
