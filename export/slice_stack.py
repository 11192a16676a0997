"""The CT to scroll through: axial slices with the outlines of labels, the planned implant and the new screws."""

import base64
import io
import json
from collections.abc import Sequence

import numpy as np
from PIL import Image
from scipy import ndimage

from hemipelvis.arrays import Array
from hemipelvis.export.slice_picture import OUTLINES, windowed
from hemipelvis.plan import Screw
from hemipelvis.volume import Volume, on_grid

MOST_SLICES = 180
LONGEST = 400
QUALITY = 70
IMPLANT, SCREW = (255, 110, 220), (60, 255, 130)
PALETTE = [(0, 0, 0), *OUTLINES.values(), IMPLANT, SCREW]


def slice_stack(
    ct: Volume, mar: Volume, labels: Volume, envelope: Volume, screws: Sequence[Screw], margin_mm: float = 15.0
) -> str:
    """JSON for the page's script: per slice its height (mm) and three pictures (base64), the outlines transparent.

    ct, mar, labels share a grid; envelope: signed distance (mm). Slices that hold labels, evenly thinned if many.
    """
    lower, upper = _box(labels, margin_mm)
    ks = np.arange(lower[2], upper[2] + 1)
    ks = ks[:: -(-len(ks) // MOST_SLICES)]
    inside = _implant(envelope, labels)
    rows = [
        {
            "z": round(float(labels.world_from_index((0, 0, int(k)))[2]), 1),
            "ct": _jpeg(_fit(windowed(_cut(ct.voxels, k, lower, upper)), ct)),
            "mar": _jpeg(_fit(windowed(_cut(mar.voxels, k, lower, upper)), mar)),
            "lines": _png(_outlines(labels, inside, screws, int(k), lower, upper), labels),
        }
        for k in ks[::-1]
    ]
    return json.dumps({"slices": rows, "most": len(rows)}, separators=(",", ":"))


def _box(labels: Volume, margin_mm: float) -> tuple[Array, Array]:
    found = ndimage.find_objects((labels.voxels > 0).astype(np.uint8))[0]
    margin = np.ceil(margin_mm / labels.spacing).astype(int)
    lower = np.array([s.start for s in found[::-1]]) - margin
    upper = np.array([s.stop - 1 for s in found[::-1]]) + margin
    lower[2], upper[2] = lower[2] + margin[2], upper[2] - margin[2]
    return np.maximum(lower, 0), np.minimum(upper, labels.size - 1)


def _cut(voxels: Array, k: int, lower: Array, upper: Array) -> Array:
    return voxels[k, lower[1] : upper[1] + 1, lower[0] : upper[0] + 1]


def _implant(envelope: Volume, labels: Volume) -> Volume:
    """The envelope on a part of the labels' grid: the first voxel in it, and whether each is inside."""
    first = np.maximum(np.floor(labels.index_from_world(envelope.origin)).astype(int), 0)
    last = np.minimum(np.ceil(labels.index_from_world(envelope.upper)).astype(int), labels.size - 1)
    part = labels.voxels[first[2] : last[2] + 1, first[1] : last[1] + 1, first[0] : last[0] + 1]
    grid = Volume(part, labels.spacing, labels.world_from_index(first))
    return on_grid(envelope, grid, 1e3)


def _outlines(labels: Volume, implant: Volume, screws: Sequence[Screw], k: int, lower: Array, upper: Array) -> Array:
    """Palette numbers (rows, columns) of one slice."""
    label = _cut(labels.voxels, k, lower, upper)
    out = np.zeros(label.shape, np.uint8)
    for number, key in enumerate(OUTLINES, 1):
        out[_edge(label == key)] = number
    whole = np.zeros(labels.voxels.shape[1:], bool)
    first = np.rint(labels.index_from_world(implant.origin)).astype(int)
    if 0 <= k - first[2] < implant.size[2]:
        cut = implant.voxels[k - first[2]] < 0
        whole[first[1] : first[1] + cut.shape[0], first[0] : first[0] + cut.shape[1]] = cut
    out[_edge(whole[lower[1] : upper[1] + 1, lower[0] : upper[0] + 1])] = len(PALETTE) - 2
    out[_in_screws(labels, screws, k, lower, out.shape)] = len(PALETTE) - 1
    return out


def _edge(mask: Array) -> Array:
    return mask & ~np.asarray(ndimage.binary_erosion(mask), bool)


def _in_screws(labels: Volume, screws: Sequence[Screw], k: int, lower: Array, shape: tuple[int, ...]) -> Array:
    rows, columns = np.indices(shape)
    index = np.stack([columns + lower[0], rows + lower[1], np.full(shape, k)], axis=-1)
    places, found = labels.world_from_index(index), np.zeros(shape, bool)
    for s in screws:
        along = np.clip((places - s.entry) @ s.direction, 0, s.length_mm)
        away = np.linalg.norm(places - s.entry - along[..., None] * s.direction, axis=-1)
        found |= away <= s.diameter_mm / 2
    return found


def _size(shape: tuple[int, ...], volume: Volume) -> tuple[int, int]:
    width, height = shape[1] * volume.spacing[0], shape[0] * volume.spacing[1]
    scale = LONGEST / max(width, height)
    return round(width * scale), round(height * scale)


def _fit(grey: Array, volume: Volume) -> Image.Image:
    return Image.fromarray(grey).resize(_size(grey.shape, volume), Image.Resampling.BICUBIC)


def _jpeg(image: Image.Image) -> str:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=QUALITY, optimize=True)
    return base64.b64encode(data.getvalue()).decode("ascii")


def _png(numbers: Array, volume: Volume) -> str:
    image = Image.fromarray(numbers).resize(_size(numbers.shape, volume), Image.Resampling.NEAREST)
    image.putpalette([c for colour in PALETTE for c in colour])
    data = io.BytesIO()
    image.save(data, "PNG", transparency=0, optimize=True)
    return base64.b64encode(data.getvalue()).decode("ascii")
