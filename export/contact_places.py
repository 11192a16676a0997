"""Where bones meet: the places to look at for outlines that have crossed a joint."""

import edt
import numpy as np

from hemipelvis.arrays import Mask, Point
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.volume import Volume

GAP_MM = 8.0
"""Joint spaces of the pelvis are 2 to 7 mm wide."""


def contact_places(labels: Volume, intact: Side) -> dict[str, Point]:
    """A point (LPS mm) in the middle of the sacroiliac joint of a side and of the symphysis, by name.

    A joint is missing where the two bones come nowhere within 8 mm of each other.
    """
    pairs = {
        f"sacroiliac joint, {intact}": (Label.SACRUM, Label.hip(intact)),
        "symphysis": (Label.HIP_RIGHT, Label.HIP_LEFT),
    }
    found = {name: _middle(labels, *pair) for name, pair in pairs.items()}
    return {name: at for name, at in found.items() if at is not None}


def _middle(labels: Volume, one: Label, other: Label) -> Point | None:
    """The point of a bone's surface facing another nearest to the middle of all such points."""
    masks = [labels.voxels == label for label in (one, other)]
    if not all(m.any() for m in masks):
        return None
    box, off = _beside(masks[1])
    near = edt.edt(~masks[1][box], anisotropy=labels.sampling, black_border=False) <= GAP_MM
    points = np.argwhere(masks[0][box] & near)[:, ::-1] + off
    if not len(points):
        return None
    world = labels.world_from_index(points)
    middle = world.mean(axis=0)
    return np.asarray(world[np.argmin(np.linalg.norm(world - middle, axis=1))])


def _beside(mask: Mask, margin: int = 12) -> tuple[tuple[slice, ...], Point]:
    """The box of a mask and a margin of voxels around it, and the index (i, j, k) of its first voxel."""
    spans = [np.flatnonzero(mask.any(axis=tuple(b for b in range(3) if b != a))) for a in range(3)]
    box = tuple(slice(max(int(s[0]) - margin, 0), int(s[-1]) + margin + 1) for s in spans)
    return box, np.array([s.start for s in box[::-1]], float)
