"""3MF (core specification 1.3): one object, millimetres, patient coordinates, streamed.

The same mesh and metadata give the same bytes: no clock, no random identifiers. Coordinates read back to the same
float32 that STL holds.
"""

from collections.abc import Iterator, Mapping
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
</Types>
"""
RELATIONSHIPS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Target="/3D/3dmodel.model" Id="rel0" Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/>
</Relationships>
"""


def write_3mf(path: Path, mesh: MeshBlocks, name: str, metadata: Mapping[str, str], part_number: str = "") -> None:
    """Write the mesh as one printable object `name`; its part number is `name` unless stated.

    metadata: names of the core specification as they are, others under this program's namespace. Raises ValueError
    if a coordinate is not finite.
    """
    large = BYTES_PER_ROW * (mesh.vertex_count + mesh.face_count) >= 2**31
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
        archive.writestr(_entry("[Content_Types].xml"), CONTENT_TYPES)
        archive.writestr(_entry("_rels/.rels"), RELATIONSHIPS)
        with archive.open(_entry("3D/3dmodel.model"), "w", force_zip64=large) as model:
            for block in _model(mesh, name, metadata, part_number or name):
                model.write(block)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, EPOCH)
    entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, 3, 0o644 << 16
    return entry


def _model(mesh: MeshBlocks, name: str, metadata: Mapping[str, str], part_number: str) -> Iterator[bytes]:
    yield _head(name, metadata, part_number).encode()
    yield from _rows(mesh.vertex_blocks(), np.float32, VERTEX)
    yield b"</vertices>\n<triangles>\n"
    yield from _rows(mesh.face_blocks(), np.int64, TRIANGLE)
    item = f'<item objectid="1" partnumber={quoteattr(part_number)}/>'
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
