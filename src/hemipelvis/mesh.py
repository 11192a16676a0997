"""Triangle meshes and their plain files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import trimesh

from hemipelvis.arrays import Array, Points, frozen
from hemipelvis.errors import InputError
from hemipelvis.frames import Plane
from hemipelvis.weld import weld

STL_TRIANGLE = np.dtype([("normal", "<f4", 3), ("vertices", "<f4", (3, 3)), ("attribute", "<u2")])


@dataclass(frozen=True)
class Mesh:
    """vertices (n, 3) LPS mm, faces (m, 3) int32, counter-clockwise seen from outside."""

    vertices: Points
    faces: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "vertices", frozen(np.reshape(self.vertices, (-1, 3)), np.float64))
        object.__setattr__(self, "faces", frozen(np.reshape(self.faces, (-1, 3)), np.int32))

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


def write_stl(path: Path, mesh: Mesh, header: str = "hemipelvis, LPS, mm") -> None:
    """Binary STL, written in blocks; normals from the rounded vertices. The same mesh gives the same bytes."""
    v = mesh.vertices.astype(np.float32)
    with path.open("wb") as file:
        file.write(header.encode("ascii")[:80].ljust(80, b"\0"))
        file.write(np.uint32(len(mesh.faces)).tobytes())
        for start in range(0, len(mesh.faces), 1_000_000):
            file.write(_stl_block(v[mesh.faces[start : start + 1_000_000]]).tobytes())


def _stl_block(corners: Array) -> Array:
    block = np.zeros(len(corners), STL_TRIANGLE)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    block["normal"] = np.divide(normal, length, out=np.zeros_like(normal), where=length > 0)
    block["vertices"] = corners
    return block


def read_stl(path: Path) -> Mesh:
    """Binary STL, equal float32 coordinates welded. Raises InputError for anything else."""
    data = path.read_bytes()
    count = int(np.frombuffer(data[80:84], "<u4")[0]) if len(data) >= 84 else -1
    if count < 0 or len(data) != 84 + 50 * count:
        raise InputError(f"{path.name}, not a whole binary STL", "a binary STL in mm", "export it as binary STL")
    corners = np.frombuffer(data, STL_TRIANGLE, count, 84)["vertices"].reshape(-1, 3)
    first, inverse = weld(corners)
    return Mesh(corners[first], inverse.reshape(-1, 3))
