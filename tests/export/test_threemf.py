import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hemipelvis.arrays import Array
from hemipelvis.export.decimals import rows_as_text
from hemipelvis.export.threemf import Placement, write_3mf
from hemipelvis.export.thumbnail import thumbnail
from hemipelvis.field import sphere
from hemipelvis.isosurface import isosurface
from hemipelvis.mesh import Mesh

CORE = "{http://schemas.microsoft.com/3dmanufacturing/core/2015/02}"
PIECES = (b"", b" ", b" ", b"\n")


def ball() -> Mesh:
    return isosurface(sphere((-300.1, 280.2, -550.3), 3).sampled((-304, 276, -555), (-296, 284, -547), 0.4))


POSE = Placement(Rotation.from_rotvec([0.3, -1.1, 0.4]).as_matrix(), np.array([10.0, 20.0, 30.0]))
PICTURE = thumbnail(ball(), np.eye(3))


def written(tmp_path: Path, name: str = "a.3mf", **metadata: str) -> Path:
    write_3mf(tmp_path / name, ball(), "Part <1> & more", metadata, "", POSE, PICTURE)
    return tmp_path / name


def strictly(path: Path) -> Any:
    """What lib3mf makes of a file, once it has found nothing to remark on."""
    found = pytest.importorskip("lib3mf").get_wrapper().CreateModel()
    reader = found.QueryReader("3mf")
    reader.SetStrictModeActive(True)
    reader.ReadFromFile(str(path))
    assert reader.GetWarningCount() == 0
    return found


def model(path: Path) -> ET.Element:
    return ET.fromstring(ZipFile(path).read("3D/3dmodel.model"))


def test_vertices_and_triangles_come_back_bit_by_bit(tmp_path: Path) -> None:
    root = model(written(tmp_path))
    vertices = [[float(v.attrib[a]) for a in "xyz"] for v in root.iter(CORE + "vertex")]
    faces = [[int(t.attrib[a]) for a in ("v1", "v2", "v3")] for t in root.iter(CORE + "triangle")]
    assert np.array_equal(np.array(vertices).astype(np.float32), ball().vertices.astype(np.float32))
    assert np.array_equal(faces, ball().faces)


def test_lib3mf_reads_it_strictly_without_a_warning(tmp_path: Path) -> None:
    objects = strictly(written(tmp_path, Title="T", Designer="D", Case="a")).GetMeshObjects()
    objects.MoveNext()
    mesh = objects.GetCurrentMeshObject()
    assert mesh.IsManifoldAndOriented()
    assert (mesh.GetName(), mesh.GetPartNumber()) == ("Part <1> & more",) * 2
    coordinates = np.array([list(v.Coordinates) for v in mesh.GetVertices()], np.float32)
    assert np.array_equal(coordinates, ball().vertices.astype(np.float32))


def test_the_build_item_places_what_the_mesh_leaves_in_the_patient(tmp_path: Path) -> None:
    items = strictly(written(tmp_path)).GetBuildItems()
    items.MoveNext()
    rows = np.array([list(row) for row in items.GetCurrent().GetObjectTransform().Fields])
    place = np.array([-300.0, 280.0, -550.0])
    assert np.append(place, 1) @ rows == pytest.approx(POSE.rotation @ place + POSE.shift, abs=1e-3)


def test_the_package_shows_its_picture(tmp_path: Path) -> None:
    found = strictly(written(tmp_path))
    assert found.HasPackageThumbnailAttachment()
    assert bytes(found.GetPackageThumbnailAttachment().WriteToBuffer()) == PICTURE


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    assert written(tmp_path, "a.3mf").read_bytes() == written(tmp_path, "b.3mf").read_bytes()


def test_metadata_keep_core_names_and_put_others_in_a_namespace(tmp_path: Path) -> None:
    entries = {
        m.attrib["name"]: m.text for m in model(written(tmp_path, Designer="D & E", Case="x")).iter(CORE + "metadata")
    }
    assert entries == {"Title": "Part <1> & more", "Designer": "D & E", "hemipelvis:Case": "x"}


def random_floats(rng: np.random.Generator, count: int, lowest: int, highest: int) -> Array:
    size = 10.0 ** rng.uniform(lowest, highest, (count, 3))
    return (size * rng.choice([-1, 1], (count, 3))).astype(np.float32)


@pytest.mark.parametrize(("lowest", "highest"), [(-5, 6), (-30, 30)])
def test_decimals_read_back_to_the_same_float(lowest: int, highest: int) -> None:
    values = random_floats(np.random.default_rng(0), 3000, lowest, highest)
    text = np.array(rows_as_text(values, PIECES).decode().split(), float)
    assert np.array_equal(text.astype(np.float32), values.ravel())


def test_decimals_are_the_shortest() -> None:
    values = random_floats(np.random.default_rng(1), 2000, -4, 3)
    texts = rows_as_text(values, PIECES).decode().split()
    shortest = [np.format_float_positional(v, unique=True, trim="-") for v in values.ravel()]
    assert [len(t) for t in texts] == [len(s) for s in shortest]


def test_zero_and_whole_numbers_need_no_point() -> None:
    assert rows_as_text(np.array([[0, -2, 550.5]], np.float32), PIECES) == b"0 -2 550.5\n"


def test_a_coordinate_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        rows_as_text(np.array([[0, np.nan, 1]], np.float32), PIECES)
