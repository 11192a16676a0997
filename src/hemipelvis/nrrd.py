"""Writing NRRD with our own hands: a full disk raises OSError (ITK's writer may stay silent), and no clock gets in.

Format: http://teem.sourceforge.net/nrrd/format.html, NRRD0004, gzip encoding.
"""

import zlib
from pathlib import Path

import numpy as np

from hemipelvis.volume import Volume

NRRD_TYPES = {"uint8": "uint8", "int16": "int16", "uint16": "uint16", "int32": "int32", "float32": "float"}


def write_nrrd(path: Path, volume: Volume) -> None:
    """A gzip-compressed NRRD in LPS, mm. Bool becomes uint8, float64 float32. The same volume gives the same bytes."""
    voxels = np.ascontiguousarray(volume.voxels, _stored_type(volume.voxels.dtype))
    gzip = zlib.compressobj(1, zlib.DEFLATED, 31)
    with path.open("wb") as file:
        file.write(_header(volume, NRRD_TYPES[voxels.dtype.name]).encode("ascii"))
        for layer in voxels:
            file.write(gzip.compress(layer.astype(layer.dtype.newbyteorder("<"), copy=False).tobytes()))
        file.write(gzip.flush())


def _stored_type(dtype: np.dtype) -> np.dtype:
    if dtype.kind == "b":
        return np.dtype(np.uint8)
    return np.dtype(np.float32) if dtype == np.float64 else dtype


def _header(volume: Volume, kind: str) -> str:
    x, y, z = (float(s) for s in volume.spacing)
    origin = ",".join(repr(float(o)) for o in volume.origin)
    return (
        f"NRRD0004\ntype: {kind}\ndimension: 3\nspace: left-posterior-superior\n"
        f"sizes: {' '.join(str(n) for n in volume.size)}\n"
        f"space directions: ({x!r},0,0) (0,{y!r},0) (0,0,{z!r})\n"
        f"kinds: domain domain domain\nendian: little\nencoding: gzip\nspace origin: ({origin})\n\n"
    )
