"""Triangle meshes and their plain files."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import trimesh
from numba import prange

from hemipelvis.arrays import Array, Points, frozen
from hemipelvis.compiled import compiled_parallel, minus
from hemipelvis.errors import InputError
from hemipelvis.frames import Plane
from hemipelvis.weld import weld_blocks

STL_TRIANGLE = np.dtype([("normal", "<f4", 3), ("vertices", "<f4", (3, 3)), ("attribute", "<u2")])

BLOCK = 1_000_000


class MeshBlocks(Protocol):
    """What a file writer needs of a mesh, whether it lies in memory or on disk."""

    @property
    def vertex_count(self) -> int:
        """Number of vertices."""
        ...

    @property
    def face_count(self) -> int:
        """Number of triangles."""
        ...

    def vertex_blocks(self) -> Iterator[Array]:
        """Vertices (n, 3), mm, block by block."""
        ...

    def face_blocks(self) -> Iterator[Array]:
        """Faces (m, 3), numbered over all vertices, block by block."""
        ...

    def corner_blocks(self) -> Iterator[Array]:
        """Corners (m, 3, 3), float32 mm, of the faces, block by block."""
        ...


@dataclass(frozen=True)
class Mesh:
    """vertices (n, 3) LPS mm, faces (m, 3) int32, counter-clockwise seen from outside."""

    vertices: Points
    faces: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "vertices", frozen(np.reshape(self.vertices, (-1, 3)), np.float64))
        object.__setattr__(self, "faces", frozen(np.reshape(self.faces, (-1, 3)), np.int32))

    @property
    def vertex_count(self) -> int:
        """Number of vertices."""
        return len(self.vertices)

    @property
    def face_count(self) -> int:
        """Number of triangles."""
        return len(self.faces)

    def vertex_blocks(self) -> Iterator[Array]:
        """Vertices (n, 3), block by block."""
        return (self.vertices[start : start + BLOCK] for start in range(0, self.vertex_count, BLOCK))

    def face_blocks(self) -> Iterator[Array]:
        """Faces (m, 3), block by block."""
        return (self.faces[start : start + BLOCK] for start in range(0, self.face_count, BLOCK))

    def corner_blocks(self) -> Iterator[Array]:
        """Corners (m, 3, 3), float32, of the faces, block by block."""
        return (self.vertices[faces].astype(np.float32) for faces in self.face_blocks())

    def trimesh(self) -> trimesh.Trimesh:
        """The same as a trimesh mesh, untouched (no merging, no repair)."""
        return trimesh.Trimesh(np.array(self.vertices), np.array(self.faces), process=False)

    @property
    def volume_mm3(self) -> float:
        """Enclosed volume, by the divergence theorem about the mesh's centre (exact far from the origin)."""
        t = (self.vertices - self.vertices.mean(axis=0))[self.faces]
        return float(np.einsum("ij,ij->", t[:, 0], np.cross(t[:, 1], t[:, 2])) / 6)

    @property
    def bounds(self) -> Array:
        """Lower and upper corner (2, 3), mm."""
        return np.array([self.vertices.min(axis=0), self.vertices.max(axis=0)])

    def mirrored(self, plane: Plane) -> "Mesh":
        """Reflected through a plane, faces turned so that they still look outwards."""
        return Mesh(plane.mirror(self.vertices), self.faces[:, ::-1])

    def moved(self, rotation: Any, translation: Any) -> "Mesh":
        """Under x ↦ rotation @ x + translation."""
        return Mesh(self.vertices @ np.asarray(rotation, float).T + np.asarray(translation, float), self.faces)


def from_trimesh(mesh: trimesh.Trimesh) -> Mesh:
    """A trimesh mesh as a value."""
    return Mesh(np.asarray(mesh.vertices), np.asarray(mesh.faces))


def write_stl(path: Path, mesh: MeshBlocks, header: str = "hemipelvis, LPS, mm") -> None:
    """Binary STL, written in blocks; normals from the rounded vertices. The same mesh gives the same bytes."""
    with path.open("wb") as file:
        file.write(header.encode("ascii")[:80].ljust(80, b"\0"))
        file.write(np.uint32(mesh.face_count).tobytes())
        for corners in mesh.corner_blocks():
            _stl_block(corners).tofile(file)


def _stl_block(corners: Array) -> Array:
    """Records (m, 25) of 16-bit words: normal, corners, and an attribute of 0."""
    words = np.empty((len(corners), 25), np.uint16)
    _pack(np.ascontiguousarray(corners), words)
    return words


@compiled_parallel
def _pack(corners: Array, out: Array) -> None:
    for f in prange(len(corners)):
        record = np.empty(12, np.float32)
        a, b, c = corners[f, 0], corners[f, 1], corners[f, 2]
        u0, u1, u2 = minus(b, a)
        w0, w1, w2 = minus(c, a)
        x, y, z = u1 * w2 - u2 * w1, u2 * w0 - u0 * w2, u0 * w1 - u1 * w0
        length = np.sqrt(x * x + y * y + z * z)
        scale = 1 / length if length > 0 else 0.0
        record[0], record[1], record[2] = x * scale, y * scale, z * scale
        for n in range(9):
            record[3 + n] = corners[f, n // 3, n % 3]
        words = record.view(np.uint16)
        for n in range(24):
            out[f, n] = words[n]
        out[f, 24] = 0


def read_stl(path: Path) -> Mesh:
    """Binary STL, equal float32 coordinates welded, read in blocks. Raises InputError for anything else."""
    count = _stl_count(path)
    vertices, places = weld_blocks(_stl_corners(path, count), 3 * count)
    return Mesh(vertices, places.reshape(-1, 3))


def _stl_count(path: Path) -> int:
    """Triangles of a binary STL whose length agrees with its header."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(84)
    except OSError as error:
        raise InputError(
            f"{path}, which cannot be read ({error.strerror})", "a binary STL", "check the path"
        ) from error
    count = int(np.frombuffer(head[80:84], "<u4")[0]) if len(head) >= 84 else -1
    if count < 0 or size != 84 + 50 * count:
        raise InputError(
            f"{path.name}, not a whole binary STL: {_stl_fault(head, size, count)}",
            "a binary STL in mm, 84 bytes and 50 for every triangle",
            "export it as binary STL again, and copy it whole",
        )
    return count


def _stl_fault(head: bytes, size: int, count: int) -> str:
    if head[:6].lower() == b"solid " or count < 0:
        return "it is text, or too short to hold one" if head[:5].lower() == b"solid" else f"it has {size} bytes in all"
    off = size - 84 - 50 * count
    what = "more than" if off > 0 else "less than"
    return f"{abs(off)} bytes {what} the {count} triangles that its header states"


def _stl_corners(path: Path, count: int) -> Iterator[Array]:
    """Corners (3 n, 3) of the triangles, block by block."""
    with path.open("rb") as file:
        file.seek(84)
        for start in range(0, count, BLOCK // 4):
            records = np.fromfile(file, STL_TRIANGLE, min(BLOCK // 4, count - start))
            yield records["vertices"].reshape(-1, 3)
