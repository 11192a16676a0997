"""A closed mesh on disk, layer after layer, for parts whose triangles would fill the memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.mesh import Mesh

VERTICES, FACES = "vertices.f32", "faces.i32"


@dataclass(frozen=True)
class LayeredMesh:
    """Files of float32 vertices (n, 3), LPS mm, and int32 faces (m, 3) in `folder`, which must outlive this value.

    counts: vertices and faces of each layer as they stand in the files; faces of a layer refer to its own vertices and
    the next layer's. keeps: for each layer, which of its vertices belong to the mesh (bool); the others, and their
    faces, are left out whenever it is read. face_count: triangles that are kept.
    """

    folder: Path
    counts: tuple[tuple[int, int], ...]
    keeps: tuple[Array, ...]
    face_count: int

    @property
    def vertex_count(self) -> int:
        """Number of vertices."""
        return sum(int(keep.sum()) for keep in self.keeps)

    def vertex_blocks(self) -> Iterator[Array]:
        """Vertices (n, 3), float32, layer by layer."""
        blocks = read_rows(self.folder / VERTICES, [n for n, _ in self.counts], np.float32)
        return (block[keep] for block, keep in zip(blocks, self.keeps, strict=True))

    def face_blocks(self) -> Iterator[Array]:
        """Faces (m, 3), int32, layer by layer."""
        before = 0
        for number, faces in enumerate(self._local_faces()):
            both = self._both(number)
            yield (np.int32(before - 1) + np.cumsum(both, dtype=np.int32))[faces]
            before += int(self.keeps[number].sum())

    def corner_blocks(self) -> Iterator[Array]:
        """Corners (m, 3, 3), float32, of the triangles, layer by layer."""
        blocks = read_rows(self.folder / VERTICES, [n for n, _ in self.counts], np.float32)
        here = next(blocks, np.empty((0, 3), np.float32))
        for faces in self._local_faces():
            upper = next(blocks, np.empty((0, 3), np.float32))
            yield np.concatenate([here, upper])[faces]
            here = upper

    def _local_faces(self) -> Iterator[Array]:
        """Faces that are kept, numbered from each layer's first vertex in the file."""
        first = 0
        blocks = read_rows(self.folder / FACES, [m for _, m in self.counts], np.int32)
        for number, faces in enumerate(blocks):
            both, local = self._both(number), faces - np.int32(first)
            yield local if both.all() else local[both[local[:, 0]]]
            first += self.counts[number][0]

    def _both(self, number: int) -> Array:
        upper = self.keeps[number + 1] if number + 1 < len(self.keeps) else np.zeros(0, bool)
        return np.concatenate([self.keeps[number], upper])

    def move(self, moved: Callable[[Array], Array], rows: int = 1_000_000) -> None:
        """Rewrite the file of vertices, `rows` at a time, each block (n, 3) becoming what `moved` makes of it."""
        path = self.folder / VERTICES
        with path.open("rb+") as file:
            for start in range(0, path.stat().st_size // 12, rows):
                file.seek(12 * start)
                block = np.fromfile(file, np.float32, 3 * rows).reshape(-1, 3)
                file.seek(12 * start)
                file.write(moved(block).astype(np.float32).tobytes())

    def whole(self) -> Mesh:
        """All of it in memory."""
        empty = np.empty((0, 3))
        return Mesh(np.concatenate([empty, *self.vertex_blocks()]), np.concatenate([empty, *self.face_blocks()]))


def read_rows(path: Path, counts: Sequence[int], dtype: type[np.generic], width: int = 3) -> Iterator[Array]:
    """Blocks of `counts` rows (n, width) from a raw file, one after the other."""
    with path.open("rb") as file:
        for count in counts:
            yield np.fromfile(file, dtype, count * width).reshape(count, width)
