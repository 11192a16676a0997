"""3MF (core specification 1.3): one object, millimetres, patient coordinates, streamed.

The same mesh and metadata give the same bytes: no clock, no random identifiers. Coordinates read back to the same
float32 that STL holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.export.decimals import rows_as_text
from hemipelvis.mesh import MeshBlocks

CORE_NAMES = frozenset(
    {
        *("Title", "Designer", "Description", "Copyright", "LicenseTerms"),
        *("Rating", "CreationDate", "ModificationDate", "Application"),
    }
)
"""Metadata names the core specification knows; any other must stand in a namespace."""
OWN_NAMESPACE = "urn:hemipelvis:metadata"
EPOCH = (1980, 1, 1, 0, 0, 0)
BLOCK = 200_000
COMPRESSION = 1
"""zlib's fastest: coordinates hardly shrink further, and a print part has hundreds of megabytes of them."""
BYTES_PER_ROW = 80
VERTEX = (b'<vertex x="', b'" y="', b'" z="', b'"/>\n')
TRIANGLE = (b'<triangle v1="', b'" v2="', b'" v3="', b'"/>\n')

CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>
<Default Extension="png" ContentType="image/png"/>
</Types>
"""
MODEL = "3D/3dmodel.model"
THUMBNAIL = "Metadata/thumbnail.png"
MODEL_TYPE = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"
THUMBNAIL_TYPE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail"
"""Core specification 1.3, 2.1.2 and 6.1: a package thumbnail is a PNG or JPEG that the package's root refers to."""


@dataclass(frozen=True)
class Placement:
    """Where a part stands on the machine: chamber = rotation (3, 3) @ patient + shift (3,), mm, z upwards."""

    rotation: Array
    shift: Array

    def text(self) -> str:
        """As an item's transform: 3MF multiplies rows from the left (core specification, 3.3), so by columns here."""
        return " ".join(f"{v:.9g}" for v in (*np.ravel(np.transpose(self.rotation)), *self.shift))


def write_3mf(
    path: Path,
    mesh: MeshBlocks,
    name: str,
    metadata: Mapping[str, str],
    part_number: str = "",
    placement: Placement | None = None,
    thumbnail: bytes = b"",
) -> None:
    """Write the mesh as one printable object `name`; its part number is `name` unless stated.

    metadata: names of the core specification as they are, others under this program's namespace. The mesh keeps its
    coordinates; `placement` stands in the build item alone. thumbnail: a PNG of the package. Raises ValueError if a
    coordinate is not finite.
    """
    large = BYTES_PER_ROW * (mesh.vertex_count + mesh.face_count) >= 2**31
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
        archive.writestr(_entry("[Content_Types].xml"), CONTENT_TYPES)
        archive.writestr(_entry("_rels/.rels"), _relationships(bool(thumbnail)))
        if thumbnail:
            archive.writestr(_entry(THUMBNAIL), thumbnail)
        with archive.open(_entry(MODEL), "w", force_zip64=large) as model:
            for block in _model(mesh, name, metadata, part_number or name, placement):
                model.write(block)


def _relationships(thumbnail: bool) -> str:
    targets = [(MODEL, MODEL_TYPE), (THUMBNAIL, THUMBNAIL_TYPE)][: 1 + thumbnail]
    rows = "".join(f'<Relationship Target="/{t}" Id="rel{n}" Type="{kind}"/>\n' for n, (t, kind) in enumerate(targets))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\n{rows}</Relationships>\n'
    )


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, EPOCH)
    entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, 3, 0o644 << 16
    return entry


def _model(
    mesh: MeshBlocks, name: str, metadata: Mapping[str, str], part_number: str, placement: Placement | None
) -> Iterator[bytes]:
    yield _head(name, metadata, part_number).encode()
    yield from _rows(mesh.vertex_blocks(), np.float32, VERTEX)
    yield b"</vertices>\n<triangles>\n"
    yield from _rows(mesh.face_blocks(), np.int64, TRIANGLE)
    placed = f' transform="{placement.text()}"' if placement else ""
    item = f'<item objectid="1" partnumber={quoteattr(part_number)}{placed}/>'
    yield f"</triangles>\n</mesh>\n</object>\n</resources>\n<build>\n{item}\n</build>\n</model>\n".encode()


def _head(name: str, metadata: Mapping[str, str], part_number: str) -> str:
    described = {"Title": name, **metadata}
    lines = "".join(f"<metadata name={quoteattr(_qualified(k))}>{escape(v)}</metadata>\n" for k, v in described.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<model unit="millimeter" xml:lang="en-US"'
        ' xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02"'
        f' xmlns:hemipelvis="{OWN_NAMESPACE}">\n{lines}<resources>\n'
        f'<object id="1" type="model" name={quoteattr(name)} partnumber={quoteattr(part_number)}>\n<mesh>\n<vertices>\n'
    )


def _qualified(name: str) -> str:
    """The name itself if the core specification knows it, or else as an XML name in this program's namespace."""
    return name if name in CORE_NAMES else "hemipelvis:" + "".join(c if c.isalnum() else "_" for c in name)


def _rows(blocks: Iterator[Array], dtype: type[np.generic], pieces: tuple[bytes, ...]) -> Iterator[bytes]:
    for rows in blocks:
        for start in range(0, len(rows), BLOCK):
            yield rows_as_text(rows[start : start + BLOCK].astype(dtype), pieces)
