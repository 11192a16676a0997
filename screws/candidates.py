"""The exhaustive grid of candidates: points of the interface, and directions or points the screw may come from."""

import numpy as np

from hemipelvis.arrays import Array, Points, Vector
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.screws.reamed_face import BOSS_MM, in_contact, plane_axes

ENTRY_MM, PUBIC_ENTRY_MM = 1.0, 0.8
TURN_DEG = 1.5
WALL_DEG = 60.0  # of the cup's wall around the line from its centre to the interface


def disc(interface: Interface, axes: Array, pitch_mm: float) -> Points:
    """Points (n, 3) on the interface's disc or ellipse, and a boss's width around it."""
    points = interface.point + square(interface.radius_mm + BOSS_MM, pitch_mm) @ axes
    return points[in_contact(points, interface)]


def square(reach: float, pitch: float) -> Array:
    """Nodes (n, 2) of a square grid within `reach` of its centre, row by row."""
    steps = np.arange(-int(reach / pitch), int(reach / pitch) + 1) * pitch
    nodes = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    return nodes[np.hypot(*nodes.T) <= reach]


def cone(axis: Vector, axes: Array, widest_deg: float, turn_deg: float = TURN_DEG) -> Array:
    """Unit directions (m, 3) within `widest_deg` of an axis; `axes` (2, 3) complete it."""
    angles = np.radians(square(widest_deg, turn_deg))
    turn = np.hypot(*angles.T)
    side = np.divide(angles, turn[:, None], out=np.zeros_like(angles), where=turn[:, None] > 0)
    return np.cos(turn)[:, None] * axis + np.sin(turn)[:, None] * (side @ axes)


def wall(cup: CupPlan, interface: Interface, sunk_mm: float, up: Vector, sign: int) -> Points:
    """Points (m, 3) of the cup's wall, sunk, around the line to the interface."""
    toward = (interface.point - cup.centre) / np.linalg.norm(interface.point - cup.centre)
    radius = cup.inner_radius_mm + sunk_mm
    turn = np.degrees(PUBIC_ENTRY_MM / radius)
    return cup.centre + radius * cone(toward, frame_axes(toward, up, sign), WALL_DEG, turn)


def frame_axes(normal: Vector, up: Vector, sign: int) -> Array:
    """Plane axes that a mirrored patient gets mirrored: the first is turned by the side's sign."""
    return plane_axes(normal, up) * np.array([[sign], [1]])
