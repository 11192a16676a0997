"""A coarse mesh of a body for the screen."""

from hemipelvis.isosurface import isosurface
from hemipelvis.mesh import Mesh
from hemipelvis.volume import Volume


def preview(body: Volume, most_triangles: int = 300_000) -> Mesh:
    """The surface of {body < 0} on every node, or every second, third, … of the grid, until it is small enough."""
    step, mesh = 1, isosurface(body)
    while len(mesh.faces) > most_triangles:
        step += 1
        mesh = isosurface(Volume(body.voxels[::step, ::step, ::step], body.spacing * step, body.origin))
    return mesh
