"""A small picture of a part for a file manager: its surface points, seen along a direction, lit from the eye.

Drawn point by point, without OpenGL, so that it is there on every machine and the same on each.
"""

import io

import numpy as np
from PIL import Image

from hemipelvis.arrays import Array
from hemipelvis.mesh import Mesh

SIDE, MARGIN, BRUSH = 256, 8, 2
BACKGROUND, PAINT, SHADE = (255, 255, 255), np.array([111, 159, 216.0]), 0.35


def thumbnail(mesh: Mesh, rotation: Array) -> bytes:
    """A PNG of SIDE pixels a side. rotation (3, 3): rows are the picture's axes right, away from the eye, and up."""
    seen = mesh.vertices @ np.asarray(rotation, float).T
    normals = np.asarray(mesh.trimesh().vertex_normals, float) @ np.asarray(rotation, float).T
    low, high = seen.min(axis=0), seen.max(axis=0)
    scale = (SIDE - 2 * MARGIN) / max(high[0] - low[0], high[2] - low[2])
    across = (seen - (low + high) / 2) * scale + SIDE / 2
    light = SHADE + (1 - SHADE) * np.clip(-normals[:, 1], 0, 1)
    picture = np.empty((SIDE, SIDE, 3), np.uint8)
    picture[:] = BACKGROUND
    order = np.lexsort((across[:, 0], -across[:, 1]))  # the nearest are painted last
    columns, rows = across[order, 0].astype(int), SIDE - 1 - across[order, 2].astype(int)
    colours = (light[order, None] * PAINT).astype(np.uint8)
    for down in range(BRUSH):
        for right in range(BRUSH):
            picture[np.clip(rows + down, 0, SIDE - 1), np.clip(columns + right, 0, SIDE - 1)] = colours
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "PNG", optimize=True)
    return data.getvalue()
