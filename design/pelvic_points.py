"""Bony landmarks as extreme points of bone regions, seen in an anatomical frame that the bone itself gives.

The frame is the anterior pelvic plane's: the pelvis laid face down on a table touches it with both iliac spines and
the pubis, that is with the longest edge of its sagittal convex hull (Cappozzo et al. 1995; the plane as in
Lewinnek et al. 1978). In it, every spine or tubercle is the extreme point of its region along a direction out of its
tip. Regions and directions are anatomical conventions, rounded; regions scale with the innominate bone's depth.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial import ConvexHull

from hemipelvis.arrays import Array, Point, Points, frozen, unit
from hemipelvis.design.bone_surface import Bone
from hemipelvis.errors import InputError
from hemipelvis.frames import Plane, Side

LATERAL, SUPERIOR = 0, 2
AWAY = 0.5  # cosine: the anterior pelvic plane looks 30 to 50 degrees above the direction from the sacrum to the hip
BORDER_STEP_MM, FALL_SHARE = 2.0, 0.06  # bone falls away on both sides of a tip over this share of its depth
CAP_MM = 1.0  # points this near to the extreme are averaged: one ragged voxel decides nothing


@dataclass(frozen=True)
class HalfFrame:
    """Axes of one half of the pelvis: lateral, anterior, superior (rows, LPS); left-handed on one side, so that both
    halves read alike. Origin: where the anterior pelvic plane's line meets the pubis, on the symmetry plane.

    depth_mm: how far the innominate bone reaches behind the anterior pelvic plane; spine_mm: height of its upper end.
    """

    origin: Point
    axes: Array
    depth_mm: float
    spine_mm: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin", frozen(self.origin))
        object.__setattr__(self, "axes", frozen(self.axes))

    def local(self, points: Any) -> Points:
        """World points (…, 3) as (lateral, anterior, superior), mm."""
        return (np.asarray(points, float) - self.origin) @ self.axes.T

    def world(self, points: Any) -> Points:
        """The reverse of `local`."""
        return np.asarray(points, float) @ self.axes + self.origin

    def mirrored(self) -> "HalfFrame":
        """The same frame for the other half."""
        return HalfFrame(self.origin, self.axes * np.array([[-1.0], [1.0], [1.0]]), self.depth_mm, self.spine_mm)

    def turned(self, origin: Point, rotation: Array) -> "HalfFrame":
        """The same frame elsewhere: a new origin, its axes turned."""
        return HalfFrame(origin, self.axes @ rotation.T, self.depth_mm, self.spine_mm)


def half_frame(hip: Bone, sacrum: Bone, symmetry: Plane, side: Side) -> HalfFrame:
    """The frame from one whole innominate bone, the sacrum behind it and the symmetry plane (normal to the left)."""
    lateral = symmetry.normal * side.sign
    behind = sacrum.points.mean(axis=0) - hip.points.mean(axis=0)
    away = -unit(behind - (behind @ symmetry.normal) * symmetry.normal)  # from the sacrum: forward and downward
    upward = np.cross(away, symmetry.normal)
    flat = (hip.points - symmetry.point) @ np.vstack([away, upward]).T
    low, high = _table_edge(flat)
    along = unit(flat[high] - flat[low])
    superior = along[0] * away + along[1] * upward
    axes = np.vstack([lateral, -np.cross(superior, symmetry.normal), superior])
    origin = symmetry.project(hip.points[low])
    depth = -float(((hip.points - origin) @ axes[1]).min())
    return HalfFrame(origin, axes, depth, float(np.linalg.norm(flat[high] - flat[low])))


def _table_edge(flat: Array) -> tuple[int, int]:
    """Lower and upper end (indices) of the longest hull edge that looks away from the sacrum (first coordinate)."""
    hull = ConvexHull(flat)
    ends = flat[hull.simplices]
    length = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1) * (hull.equations[:, 0] > AWAY)
    first, second = hull.simplices[int(np.argmax(length))]
    return (first, second) if flat[first, 1] < flat[second, 1] else (second, first)


@dataclass(frozen=True)
class Rule:
    """A region in local coordinates, as shares of depth (anterior) and of a height, and the direction out of the tip.

    anterior, superior: lower and upper bound; height: what superior is a share of ("depth" or "spine"); medial: the
    region ends laterally at this share of the bone's own lateral reach.
    """

    out: tuple[float, float, float]
    anterior: tuple[float, float]
    superior: tuple[float, float]
    height: str = "depth"
    medial: float = 1.0


RULES = {
    "ASIS": Rule(
        (0.27, 0.93, -0.26), (-0.30, 1.0), (0.60, 2.0), "spine"
    ),  # forward, down and out: below the hull's end
    "AIIS": Rule((0.0, 0.96, -0.27), (-0.35, 1.0), (0.45, 0.77), "spine"),
    "PT": Rule((0.42, 0.80, -0.42), (-0.25, 1.0), (-0.40, 0.35), "spine", 0.4),  # the outer corner of the pubic crest
    "PSIS": Rule((-0.14, -0.99, 0.0), (-2.0, -0.40), (0.55, 2.0)),
    "IT": Rule((0.0, -0.25, -0.97), (-2.0, -0.15), (-3.0, -0.2)),  # down and a little back: where one sits
    "IS": Rule((-0.46, -0.85, 0.26), (-2.0, -0.40), (-0.03, 0.37)),  # inward, back and up, between the two notches
}
PIIS_BELOW_PSIS = (0.19, 0.30)  # shares of depth: the lower end of the iliac tuberosity's border, above the notch
PIIS_OUT = (-0.51, -0.65, -0.56)
RULED = (*RULES, "PIIS")


def innominate_points(hip: Bone, frame: HalfFrame) -> dict[str, Point]:
    """ASIS, AIIS, PT, PSIS, PIIS, IS and IT of one whole innominate bone, LPS mm.

    Raises InputError where a region holds no bone.
    """
    local = frame.local(hip.points)
    found = {name: _extreme(local[_region(local, frame, rule)], rule.out, name) for name, rule in RULES.items()}
    found["IS"] = _standing_out(local, frame, "IS", SUPERIOR)
    found["PT"] = _standing_out(local, frame, "PT", LATERAL)
    found["PIIS"] = _lower_posterior_spine(local, found["PSIS"], frame)
    return {name: frame.world(point) for name, point in found.items()}


def surviving_points(hip: Bone, frame: HalfFrame, expected: dict[str, Point], reach_mm: float) -> dict[str, Point]:
    """The same on a bone of which only parts survive: each by its rule within `reach_mm` of where it is expected."""
    found = {}
    for name, place in expected.items():
        near = frame.local(hip.points[np.linalg.norm(hip.points - place, axis=1) < reach_mm])
        out = PIIS_OUT if name == "PIIS" else RULES[name].out
        found[name] = frame.world(_extreme(near, out, name))
    return found


def _region(local: Points, frame: HalfFrame, rule: Rule) -> Array:
    height = frame.spine_mm if rule.height == "spine" else frame.depth_mm
    front, up = local[:, 1] / frame.depth_mm, local[:, 2] / height
    low, high = rule.superior
    inner = local[:, 0] <= rule.medial * local[:, 0].max()
    return inner & (front > rule.anterior[0]) & (front < rule.anterior[1]) & (up > low) & (up < high)


def _extreme(points: Points, out: tuple[float, float, float], name: str) -> Point:
    if len(points) == 0:
        raise InputError(
            f"an innominate bone without a {name} region",
            "a whole bone on the intact side",
            f"correct the label map, or state {name} under [landmarks] points",
        )
    reach = points @ unit(out)
    return points[reach > reach.max() - CAP_MM].mean(axis=0)


def _standing_out(local: Points, frame: HalfFrame, name: str, axis: int) -> Point:
    """A tip as a peak of its region's border along an axis; the region's extreme where none stands out.

    The extreme alone would climb the ilium above a shallow sciatic notch, or follow the ramus to the acetabulum.
    """
    rule = RULES[name]
    points = local[_region(local, frame, rule)]
    if len(points) == 0:
        return _extreme(points, rule.out, name)
    reach = points @ unit(rule.out)
    layer = np.floor((points[:, axis] - points[:, axis].min()) / BORDER_STEP_MM).astype(int)
    border = np.full(layer.max() + 1, -np.inf)
    np.maximum.at(border, layer, reach)
    peaks = _interior_peaks(border, max(round(FALL_SHARE * frame.depth_mm / BORDER_STEP_MM), 1))
    if len(peaks) == 0:
        return _extreme(points, rule.out, name)
    best = peaks[int(np.argmax(border[peaks]))]
    return _extreme(points[np.abs(layer - best) <= 1], rule.out, name)


def _interior_peaks(values: Array, reach: int) -> Array:
    """Indices of values that none within `reach` exceeds, with at least that many on either side."""
    return np.array(
        [i for i in range(reach, len(values) - reach) if values[i] >= values[i - reach : i + reach + 1].max()], int
    )


def _lower_posterior_spine(local: Points, psis: Point, frame: HalfFrame) -> Point:
    below = (psis[2] - local[:, 2]) / frame.depth_mm
    chosen = (below > PIIS_BELOW_PSIS[0]) & (below < PIIS_BELOW_PSIS[1]) & (local[:, 1] < -0.4 * frame.depth_mm)
    return _extreme(local[chosen], PIIS_OUT, "PIIS")
