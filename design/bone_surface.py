"""The surface of one labelled bone as points with outward normals."""

from dataclasses import dataclass
from typing import Any

import cc3d
import numpy as np
from scipy import ndimage

from hemipelvis.arrays import Array, Points, frozen
from hemipelvis.frames import Plane
from hemipelvis.volume import Volume

SMOOTHING_MM = 0.7  # less than a thin spine's half-width: stairs go, tips stay
NORMALS_MM = 1.5  # normals look further around than positions: over the steps between slices
MARGIN_VOXELS = 4


@dataclass(frozen=True)
class Bone:
    """Surface points (n, 3), LPS mm, and outward unit normals (n, 3)."""

    points: Points
    normals: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", frozen(np.reshape(self.points, (-1, 3))))
        object.__setattr__(self, "normals", frozen(np.reshape(self.normals, (-1, 3))))

    def __len__(self) -> int:
        return len(self.points)

    def where(self, chosen: Any) -> "Bone":
        """The part that a mask, slice or index array chooses."""
        return Bone(self.points[chosen], self.normals[chosen])

    def thinned(self, count: int) -> "Bone":
        """About `count` points, every so-manieth of them (the choice does not depend on where the bone lies)."""
        return self.where(slice(None, None, max(1, len(self) // count)))

    def mirrored(self, plane: Plane) -> "Bone":
        """Reflected through a plane."""
        return Bone(plane.mirror(self.points), plane.mirror_direction(self.normals))


def bone_surface(labels: Volume, label: int, parts: bool = False, smoothing_mm: float = SMOOTHING_MM) -> Bone | None:
    """The 0.5-crossings of the smoothed mask along the three axes, sub-voxel; None where the label is absent.

    Only the largest connected part counts, unless `parts`: then every part of at least a twentieth of it does
    (a resected bone may survive in two pieces).
    """
    mask = labels.voxels == label
    if not mask.any():
        return None
    box = _box(mask)
    solid = kept(mask[box], parts).astype(np.float32)
    return _crossings(
        _blurred(solid, labels, SMOOTHING_MM),
        _blurred(solid, labels, NORMALS_MM),
        labels,
        np.array([part.start for part in box][::-1]),
    )


def _blurred(solid: Array, labels: Volume, sigma_mm: float) -> Array:
    return ndimage.gaussian_filter(solid, [sigma_mm / s for s in labels.sampling], mode="nearest")


def _box(mask: Array) -> tuple[slice, slice, slice]:
    found = ndimage.find_objects(mask.astype(np.uint8))[0]
    grown = [
        slice(max(0, s.start - MARGIN_VOXELS), min(n, s.stop + MARGIN_VOXELS))
        for s, n in zip(found, mask.shape, strict=True)
    ]
    return grown[0], grown[1], grown[2]


def kept(mask: Array, parts: bool) -> Array:
    """The largest connected part of a mask, or every part of at least a twentieth of it."""
    components = cc3d.connected_components(np.ascontiguousarray(mask), connectivity=6)
    sizes = np.bincount(components.ravel())
    sizes[0] = 0
    return np.isin(components, np.flatnonzero(sizes >= sizes.max() * (0.05 if parts else 1)))


def _crossings(soft: Array, softer: Array, labels: Volume, corner: Array) -> Bone:
    slopes = [np.gradient(softer, step, axis=axis) for axis, step in enumerate(labels.sampling)][::-1]
    found = [_along(soft, slopes, axis) for axis in range(3)]
    index = np.concatenate([f[0] for f in found]) + corner
    normals = -np.concatenate([f[1] for f in found])
    length = np.linalg.norm(normals, axis=1)
    steep = length > 1e-6
    return Bone(labels.world_from_index(index[steep]), normals[steep] / length[steep, None])


def _along(soft: Array, slopes: list[Array], axis: int) -> tuple[Array, Array]:
    """Fractional indices (x, y, z) and gradients where neighbours along one array axis stand on either side of 0.5."""
    step = np.zeros(3, int)
    step[axis] = 1
    first = soft[tuple(slice(0, n - s) for n, s in zip(soft.shape, step, strict=True))]
    second = soft[tuple(slice(s, None) for s in step)]
    at = np.argwhere((first > 0.5) != (second > 0.5))
    a, b = tuple(at.T), tuple((at + step).T)
    share = (0.5 - soft[a]) / (soft[b] - soft[a])
    gradient = np.stack([g[a] + share * (g[b] - g[a]) for g in slopes], axis=1)
    return (at + share[:, None] * step)[:, ::-1], gradient
