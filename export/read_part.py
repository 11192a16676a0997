"""A part from a file as build preparation would open it: binary STL or 3MF; what is none is refused with the reason."""

import zipfile
import zlib
from array import array
from collections.abc import Mapping
from pathlib import Path
from xml.parsers import expat

import numpy as np

from hemipelvis.errors import InputError
from hemipelvis.export.threemf import MODEL
from hemipelvis.mesh import Mesh, read_stl

CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
EXPORT = "export the part as 3MF (core) in millimetres again"


def read_part(path: Path) -> Mesh:
    """The mesh of a file. Raises InputError for another kind of file, or one that is damaged."""
    if not path.is_file():
        raise InputError(f"no file {path}", "a part's STL or 3MF", "check the path")
    if path.suffix.lower() == ".stl":
        return read_stl(path)
    if path.suffix.lower() == ".3mf":
        return read_3mf(path)
    raise InputError(f"{path.name}", "a file that ends in .stl or .3mf", "state the part's STL or 3MF")


def read_3mf(path: Path) -> Mesh:
    """The meshes of a 3MF's model part, in its own coordinates. Raises InputError if it cannot be read."""
    parser, rows = expat.ParserCreate(namespace_separator=" "), _Rows()
    parser.StartElementHandler = rows.take
    try:
        with zipfile.ZipFile(path) as package, package.open(MODEL) as model:
            parser.ParseFile(model)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, expat.ExpatError, ValueError, OverflowError) as error:
        raise InputError(f"{path.name}, not a whole 3MF: {error}", "a 3MF with a model part", EXPORT) from error
    return rows.mesh(path.name)


class _Rows:
    """Collects vertices and triangles while the model part is parsed."""

    def __init__(self) -> None:
        self.vertices, self.triangles, self.first = array("d"), array("q"), 0
        self.unit = "millimeter"

    def take(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == f"{CORE} vertex":
            self.vertices.extend((float(attributes["x"]), float(attributes["y"]), float(attributes["z"])))
        elif name == f"{CORE} triangle":
            corners = (int(attributes["v1"]), int(attributes["v2"]), int(attributes["v3"]))
            self.triangles.extend(c + self.first for c in corners)
        elif name == f"{CORE} mesh":
            self.first = len(self.vertices) // 3
        elif name == f"{CORE} model":
            self.unit = attributes.get("unit", "millimeter")

    def mesh(self, name: str) -> Mesh:
        if self.unit != "millimeter":
            raise InputError(f"{name} in the unit {self.unit}", "millimetres", EXPORT)
        faces = np.frombuffer(self.triangles, np.int64).reshape(-1, 3)
        count = len(self.vertices) // 3
        if len(faces) and (faces.min() < 0 or faces.max() >= count):
            raise InputError(f"{name}, whose triangles name vertices that are not there", f"0 to {count - 1}", EXPORT)
        return Mesh(np.frombuffer(self.vertices, np.float64), faces)
