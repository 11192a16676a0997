"""A closed mesh on disk, layer after layer, for parts whose triangles would fill the memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.mesh import Mesh

VERTICES, FACES = "vertices.f32", "faces.i32"


@dataclass(frozen=True)
class LayeredMesh:
    """Files of float32 vertices (n, 3), LPS mm, and int32 faces (m, 3) in `folder`, which must outlive this value.

    The counts say how many belong to each layer; faces of a layer refer to its own vertices and the next layer's.
    """

    folder: Path
    vertex_counts: tuple[int, ...]
    face_counts: tuple[int, ...]

    @property
    def vertex_count(self) -> int:
        """Number of vertices."""
        return sum(self.vertex_counts)

    @property
    def face_count(self) -> int:
        """Number of triangles."""
        return sum(self.face_counts)

    def vertex_blocks(self) -> Iterator[Array]:
        """Vertices (n, 3), float32, layer by layer."""
        yield from read_rows(self.folder / VERTICES, self.vertex_counts, np.float32)

    def face_blocks(self) -> Iterator[Array]:
        """Faces (m, 3), int32, layer by layer."""
        yield from read_rows(self.folder / FACES, self.face_counts, np.int32)

    def corner_blocks(self) -> Iterator[Array]:
        """Corners (m, 3, 3), float32, of the triangles, layer by layer."""
        first, above = 0, self.vertex_blocks()
        here = next(above, np.empty((0, 3), np.float32))
        for faces in self.face_blocks():
            upper = next(above, np.empty((0, 3), np.float32))
            yield np.concatenate([here, upper])[faces - np.int32(first)]
            first, here = first + len(here), upper

    def whole(self) -> Mesh:
        """All of it in memory."""
        empty = np.empty((0, 3))
        return Mesh(np.concatenate([empty, *self.vertex_blocks()]), np.concatenate([empty, *self.face_blocks()]))


def read_rows(path: Path, counts: tuple[int, ...], dtype: type[np.generic], width: int = 3) -> Iterator[Array]:
    """Blocks of `counts` rows (n, width) from a raw file, one after the other."""
    with path.open("rb") as file:
        for count in counts:
            yield np.fromfile(file, dtype, count * width).reshape(count, width)
