"""Material the engineer adds to the body or cuts from it: balls, rods, boxes and STL files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hemipelvis.design.stl_field import stl_field
from hemipelvis.errors import InputError
from hemipelvis.field import Field, box, capsule, sphere
from hemipelvis.mesh import Mesh
from hemipelvis.settings import Shape
from hemipelvis.volume import Volume, empty_grid

PITCH_MM = 2.0


def shape_field(shape: Shape, meshes: Mapping[Path, Mesh]) -> Field:
    """A shape of the case file as a field; meshes: its STL files, read."""
    match shape:
        case Shape(kind="ball", at=at, radius_mm=float(radius)):
            return sphere(at, radius)
        case Shape(kind="rod", at=at, to=to, radius_mm=float(radius)):
            return capsule(at, to, radius)
        case Shape(kind="box", at=at, half_mm=tuple(half)):
            return box(at, half, rounding_mm=min(1.0, *half))
        case Shape(path=Path() as path):
            return stl_field(meshes[path], path.name)
    raise InputError(f"a {shape.kind} without its sizes", "a whole shape", "correct body.add and body.cut")


def joined(form: Field, shapes: Sequence[Shape], meshes: Mapping[Path, Mesh]) -> Field:
    """The form with shapes added, each blended over its own fillet."""
    for shape in shapes:
        form = form.smooth_union(shape_field(shape, meshes), shape.blend_mm)
    return form


def cut(form: Field, shapes: Sequence[Shape], meshes: Mapping[Path, Mesh]) -> Field:
    """The form with shapes taken out, each edge rounded by its own blend."""
    for shape in shapes:
        form = form.smooth_difference(shape_field(shape, meshes), shape.blend_mm)
    return form


def check_touching(shapes: Sequence[Shape], form: Field, meshes: Mapping[Path, Mesh]) -> None:
    """Raises InputError for an added shape that does not meet the body: it would hang apart from it."""
    for number, shape in enumerate(shapes):
        points = _inside(shape, meshes)
        away = float(form(points).min()) if len(points) else np.inf
        if away > 0:
            raise InputError(
                f"body.add[{number}], a {shape.kind} that stays {away:.1f} mm off the body",
                "a shape that overlaps the body, in LPS mm",
                "move it until it meets the body, or leave it out",
            )


def check_cuts(shapes: Sequence[Shape], envelope: Volume, meshes: Mapping[Path, Mesh]) -> None:
    """Raises InputError for a cut far from what is left of the body: a slip of coordinates, since it cuts nothing."""
    for number, shape in enumerate(shapes):
        points = _inside(shape, meshes)
        near = envelope.sample(points, np.inf) if len(points) else np.array([np.inf])
        if float(near.min()) > 2 * PITCH_MM + shape.blend_mm:
            raise InputError(
                f"body.cut[{number}], a {shape.kind} that meets no part of the body",
                "a shape that overlaps the body, in LPS mm",
                "move it until it meets the body, or leave it out",
            )


def _inside(shape: Shape, meshes: Mapping[Path, Mesh]) -> np.ndarray:
    """Points (n, 3) in a shape, on a coarse grid over its box and at its centre."""
    field = shape_field(shape, meshes)
    corners = [c for c in (shape.at, shape.to) if c is not None]
    if shape.path is not None:
        corners = list(meshes[shape.path].bounds)
    reach = max([shape.radius_mm or 0.0, *(shape.half_mm or (0.0,))])
    lower, upper = np.min(corners, axis=0) - reach, np.max(corners, axis=0) + reach
    grid = empty_grid(lower, upper, min(PITCH_MM, max(reach, 1.0)))
    nodes = grid.points_where(np.ones(grid.voxels.shape, bool))
    return nodes[field(nodes) < 0]
