"""Meshes and STL."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from hemipelvis.errors import InputError
from hemipelvis.frames import Plane
from hemipelvis.mesh import from_trimesh, read_stl, write_stl

BOX = from_trimesh(trimesh.creation.box(extents=(2, 3, 4)))
FAR = BOX.moved(np.eye(3), [-300, 280, -550])


def test_the_volume_of_a_box_is_exact_wherever_it_lies() -> None:
    assert FAR.volume_mm3 == pytest.approx(24, abs=1e-9)


def test_a_mirrored_mesh_still_looks_outwards() -> None:
    assert FAR.mirrored(Plane(np.array([1, 2, 3]), np.array([0.6, 0.8, 0]))).volume_mm3 == pytest.approx(24)


def test_an_stl_reads_back_to_the_same_triangles(tmp_path: Path) -> None:
    write_stl(tmp_path / "box.stl", FAR)
    back = read_stl(tmp_path / "box.stl")
    assert len(back.vertices) == 8
    assert (back.vertices[back.faces] == FAR.vertices.astype(np.float32)[FAR.faces]).all()


def test_other_tools_read_our_stl(tmp_path: Path) -> None:
    write_stl(tmp_path / "box.stl", FAR)
    other = trimesh.load(tmp_path / "box.stl")
    assert isinstance(other, trimesh.Trimesh)
    assert other.is_watertight and other.volume == pytest.approx(24, rel=1e-4)


@pytest.mark.parametrize("content", [b"", b"solid ascii", b"x" * 83, b"\0" * 80 + b"\x05\0\0\0"])
def test_half_an_stl_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.stl").write_bytes(content)
    with pytest.raises(InputError):
        read_stl(tmp_path / "bad.stl")
