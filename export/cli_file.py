"""Layer contours in the Common Layer Interface, version 2.0 (ASCII header, long binary geometry), as scanners take it.

Layers and polylines: command 127 begins a layer (its upper height), 130 is a polyline (part, direction, points); all
numbers are 32 bits wide. Direction 1 is an outer contour (counter-clockwise), 0 an inner one.
"""

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from hemipelvis.arrays import Array

LAYER, POLYLINE, PART, UNIT_MM = 127, 130, 1, 1.0


class Loops(Protocol):
    """What is written of a layer: loops (closed without a repeated point) in the plane at mid height."""

    @property
    def z_mm(self) -> float:
        """Middle height."""
        ...

    @property
    def points(self) -> Array:
        """Points (n, 2) of all loops, mm."""
        ...

    @property
    def starts(self) -> Array:
        """Where each loop begins, and the number of points."""
        ...


def write_cli(
    path: Path, layers: Iterable[Loops], bounds: Sequence[Sequence[float]], count: int, layer_mm: float, name: str
) -> int:
    """Write `count` layers; returns the number of points. bounds: lower and upper corner of the part, mm."""
    points = 0
    with path.open("wb") as file:
        file.write(_header(bounds, count, name))
        for layer in layers:
            file.write(struct.pack("<Hf", LAYER, layer.z_mm + layer_mm / 2))
            for start, stop in zip(layer.starts[:-1], layer.starts[1:], strict=True):
                file.write(_polyline(layer.points[start:stop]))
            points += len(layer.points)
    return points


def _header(bounds: Sequence[Sequence[float]], count: int, name: str) -> bytes:
    box = ",".join(f"{v:.4f}" for corner in bounds for v in corner)
    lines = (
        "$$HEADERSTART", "$$BINARY", f"$$UNITS/{UNIT_MM:.5f}", "$$VERSION/200", f"$$LABEL/{PART},{_word(name)}",
        f"$$DIMENSION/{box}", f"$$LAYERS/{count:06d}", "$$HEADEREND",
    )  # fmt: skip
    return "\n".join(lines).encode("ascii")


def _word(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in name)


def _polyline(points: Array) -> bytes:
    closed = np.concatenate([points, points[:1]]).astype("<f4")
    x, y = (points - points[0]).T
    outer = float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) > 0
    return struct.pack("<Hiii", POLYLINE, PART, int(outer), len(closed)) + closed.tobytes()


def read_cli(path: Path) -> list[tuple[float, list[Array]]]:
    """Layers as (upper height, closed polylines (n, 2)). Raises ValueError for what this program does not write."""
    data = path.read_bytes()
    at, layers = data.index(b"$$HEADEREND") + len(b"$$HEADEREND"), list[tuple[float, list[Array]]]()
    while at < len(data):
        command = struct.unpack_from("<H", data, at)[0]
        if command == LAYER:
            layers.append((struct.unpack_from("<f", data, at + 2)[0], []))
            at += 6
        elif command == POLYLINE:
            count = struct.unpack_from("<iii", data, at + 2)[2]
            layers[-1][1].append(np.frombuffer(data, "<f4", 2 * count, at + 14).reshape(-1, 2))
            at += 14 + 8 * count
        else:
            raise ValueError(f"command {command} at byte {at}")
    return layers
