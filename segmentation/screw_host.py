"""Which bone a screw is in, and the channel it ran through."""

import numpy as np

from hemipelvis.arrays import Array, Point, Points
from hemipelvis.labels import Label
from hemipelvis.segmentation.screw_axes import Rod, spokes
from hemipelvis.volume import Volume

RING_MM = np.array([1.5, 3.0, 4.5])
"""Bone is looked for beside the screw: metal, halo and streaks hide it on the axis."""
PULLED_OUT_MM = 25.0
"""A screw that migrated with its implant is still told by the nearest bone this far away."""
HIPS = (int(Label.HIP_LEFT), int(Label.HIP_RIGHT))
BONY = 0.25
"""Least share of samples around a tip half that must be bone for the screw to be in it."""
LEVEL = 0.5
"""The acetabulum's middle lies at 40 to 45 % of the innominate bone's height: above this share is ilium."""


def screw_host(labels: Volume, tip: Rod) -> tuple[str, float]:
    """Host ("sacrum", "pubis", "ischium", "ilium" or "none") of a screw by its last piece, and how sure (0 to 1)."""
    around = _samples(tip, RING_MM)
    label: int | None
    label, share = _majority(labels.nearest(around.reshape(-1, 3)))
    sure = min(1.0, share / 0.5)
    if share < BONY:
        label, sure = _nearest_bone(labels, tip), 0.5
    if label is None:
        return "none", 0.5
    if label == Label.SACRUM:
        return "sacrum", sure
    if label in HIPS:
        return hip_part(labels, label, tip.end), sure
    return "none", sure


def _samples(tip: Rod, ring_mm: Array) -> Array:
    """Points (n, rings, angles, 3) around the half of a piece that holds its tip."""
    t = tip.t[len(tip.t) // 2 :]
    around = (tip.radius_mm + ring_mm)[:, None, None] * spokes(tip.direction)
    return np.asarray(tip.point + t[:, None, None, None] * tip.direction + around)


def _majority(values: Array) -> tuple[int, float]:
    hosts = (int(Label.SACRUM), *HIPS, int(Label.LUMBAR), int(Label.FEMUR_LEFT), int(Label.FEMUR_RIGHT))
    counts = [int((values == h).sum()) for h in hosts]
    best = int(np.argmax(counts))
    return hosts[best], counts[best] / max(len(values), 1)


def _nearest_bone(labels: Volume, tip: Rod) -> int | None:
    part = labels.crop(tip.end - PULLED_OUT_MM, tip.end + PULLED_OUT_MM)
    bone = np.isin(part.voxels, (int(Label.SACRUM), *HIPS))
    points = part.points_where(bone)
    if not len(points):
        return None
    distance = np.linalg.norm(points - tip.end, axis=1)
    if distance.min() > PULLED_OUT_MM:
        return None
    return int(part.voxels[bone][int(np.argmin(distance))])


def hip_part(labels: Volume, hip: int, point: Point) -> str:
    """Pubis, ischium or ilium: by height in the innominate bone, then by whether the point lies before its middle.

    Measured in the taller of the two innominate bones: the affected one may have lost its ilium.
    """
    lower, upper = max((b for b in (_box(labels, h) for h in HIPS) if b is not None), key=lambda b: b[1][2] - b[0][2])
    own = _box(labels, hip)
    assert own is not None
    share = (point - lower) / np.maximum(upper - lower, 1e-6)
    if share[2] > LEVEL:
        return "ilium"
    return "pubis" if _before_middle(labels, hip, point, lower, upper) else "ischium"


def _before_middle(labels: Volume, hip: int, point: Point, lower: Point, upper: Point) -> bool:
    """Whether a point is nearer to the symphysis than to the tuberosity, in the plane of the obturator foramen."""
    whole = upper[2] - lower[2]
    points = labels.points_where(labels.voxels == hip)
    low = points[points[:, 2] < lower[2] + LEVEL * whole]
    other = labels.points_where(np.isin(labels.voxels, [h for h in HIPS if h != hip]))
    middle_x = (points[:, 0].mean() + other[:, 0].mean()) / 2 if len(other) else points[:, 0].mean()
    if not len(low):
        return bool(point[1] < (lower[1] + upper[1]) / 2)
    symphysis = low[np.argmin(np.abs(low[:, 0] - middle_x) + low[:, 1])]
    tuberosity = low[np.argmin(low[:, 2])]
    return bool(np.linalg.norm(point - symphysis) < np.linalg.norm(point - tuberosity))


def _box(labels: Volume, hip: int) -> tuple[Point, Point] | None:
    present = labels.voxels == hip
    if not present.any():
        return None
    spans = [np.flatnonzero(present.any(axis=tuple(b for b in range(3) if b != a))) for a in (2, 1, 0)]
    lo, hi = (labels.world_from_index([s[k] for s in spans]) for k in (0, -1))
    return lo, hi


def tunnel(labels: Volume, pieces: tuple[Rod, ...], most_mm: float = 80.0) -> tuple[Point, Point]:
    """Where a screw ran in bone: from where the last piece's axis, prolonged headwards, meets bone, to its tip.

    Gaps up to 4 mm (halo, lucency) are stepped over. Without bone it is as long as the pieces together.
    """
    last = pieces[-1]
    free = last.t[last.clean]
    if len(pieces) == 1 and last.embedded_mm[0] > 2.5:
        return last.at(float(free[0])), last.end
    back = np.arange(0.0, most_mm, 0.5)
    ring = _bone_beside(labels, last.start - back[:, None] * last.direction, last)
    reach, since = 0.0, 0.0
    for distance, bony in zip(back, ring, strict=True):
        since = 0.0 if bony else since + 0.5
        reach = float(distance) if bony else reach
        if since > 4.0:
            break
    own = sum(p.free_mm for p in pieces[:-1])
    return last.start - max(reach, own) * last.direction, last.end


def _bone_beside(labels: Volume, axis: Points, rod: Rod) -> Array:
    around = (rod.radius_mm + RING_MM)[:, None, None] * spokes(rod.direction)
    points = axis[:, None, None, :] + around
    bone = np.isin(labels.nearest(points.reshape(-1, 3)), (int(Label.SACRUM), *HIPS))
    return np.asarray(bone.reshape(len(axis), -1).mean(axis=1) > BONY)
