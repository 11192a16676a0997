"""Directions a surgeon speaks in, and the direction wished for the screws of each host."""

import numpy as np

from hemipelvis.arrays import Point, Vector, unit
from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import Interface

ARCUATE_SHARE = 0.5  # the promontory is the aim; the line's own end runs up and back, and bends the aim half as much
ARCUATE_MM = 25.0  # of the arcuate line next to the sacroiliac joint: straight enough to have one direction


def upward(landmarks: Landmarks) -> Vector:
    """Superior: the scanner's axis, made perpendicular to the transverse one (as z of `PelvicFrame`)."""
    x = landmarks.symmetry.normal
    return unit(np.array([0.0, 0.0, 1.0]) - x[2] * x)


def forward(landmarks: Landmarks) -> Vector:
    """Anterior."""
    x = landmarks.symmetry.normal * np.sign(landmarks.symmetry.normal[0] or 1.0)
    return unit(np.cross(x, upward(landmarks)))


def medial(landmarks: Landmarks, side: Side) -> Vector:
    """From a side toward the midline."""
    x = landmarks.symmetry.normal * np.sign(landmarks.symmetry.normal[0] or 1.0)
    return -side.sign * x


def wished_direction(interface: Interface, landmarks: Landmarks, side: Side) -> Vector:
    """Sacrum: between the promontory's direction and that of the arcuate line where it ends; else into the bone."""
    if interface.host != "sacrum" or "SP" not in landmarks.points:
        return -interface.normal
    to_promontory = unit(np.asarray(landmarks.points["SP"]) - interface.point)
    along = _arcuate_end(landmarks, side)
    return to_promontory if along is None else unit(to_promontory + ARCUATE_SHARE * along)


def _arcuate_end(landmarks: Landmarks, side: Side) -> Vector | None:
    """The arcuate line's direction as it runs into the sacrum; None where there is no line."""
    line = landmarks.polylines.get(f"arcuate_{side.letter}")
    if line is None or len(line) < 2:
        return None
    run = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    return unit(line[0] - line[min(int(np.searchsorted(run, ARCUATE_MM)), len(line) - 1)])


def rise_deg(direction: Vector, landmarks: Landmarks) -> float:
    """Angle above the horizontal plane of the pelvis."""
    return float(np.degrees(np.arcsin(np.clip(direction @ upward(landmarks), -1, 1))))


def forward_deg(direction: Vector, landmarks: Landmarks, side: Side) -> float:
    """Angle forward of straight-medial, seen from above."""
    return float(np.degrees(np.arctan2(direction @ forward(landmarks), direction @ medial(landmarks, side))))


def tip_at(point: Point, direction: Vector, depth_mm: float) -> Point:
    """The point `depth_mm` along a direction."""
    return np.asarray(point, float) + depth_mm * np.asarray(direction, float)
