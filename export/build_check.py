"""What the printer will find: pose, height, layers, overhang, mass, least wall and gap, and how powder gets out."""

from typing import Any

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.export.build_pose import Pose, best_pose
from hemipelvis.export.check import Check, at_least
from hemipelvis.export.machine import Machine
from hemipelvis.export.powder_sight import powder_sight
from hemipelvis.export.walls import widths
from hemipelvis.mesh import Mesh
from hemipelvis.volume import Volume

OVERHANG_DEG = 45.0
"""Faces that look down more steeply than this from the vertical are commonly supported in powder-bed melting."""


def build_check(
    outer: Mesh, envelope: Volume, solid: Volume, metal_mm3: float, printer: Machine, chambers: int
) -> dict[str, Any]:
    """Figures by name. outer: mesh of the envelope; metal_mm3: of the print part; chambers: without a way out."""
    pose, sight = best_pose(outer, printer.build_mm), powder_sight(envelope, solid)
    height = float(pose.size_mm[2])
    return {
        "machine": printer.name,
        "pose_rotation": pose.rotation,
        "pose_size_mm": pose.size_mm,
        "margin_mm": pose.margin_mm,
        "build_height_mm": height,
        "layers": [int(np.ceil(1000 * height / um)) for um in printer.layer_um],
        "overhang_cm2": overhang_mm2(outer, pose) / 100,
        "overhang_steeper_than_deg": OVERHANG_DEG,
        "mass_g": metal_mm3 / 1000 * printer.density_g_cm3,
        "least_wall_mm": widths(solid, outside=False).least_mm,
        "least_gap_mm": widths(envelope, outside=True).least_mm,
        "porous_share_in_line_of_sight": sight.seen,
        "longest_straight_way_out_mm": sight.longest_mm,
        "chambers_powder_cannot_leave": chambers,
    }


def overhang_mm2(mesh: Mesh, pose: Pose) -> float:
    """Area of the outer form that looks down more steeply than OVERHANG_DEG, standing in this pose."""
    normals, areas = _normals(mesh)
    down = -(normals @ pose.rotation[2])
    return float(areas[down > np.cos(np.radians(OVERHANG_DEG))].sum())


def _normals(mesh: Mesh) -> tuple[Array, Array]:
    t = mesh.vertices[mesh.faces]
    crosses = np.cross(t[:, 1] - t[:, 0], t[:, 2] - t[:, 0])
    lengths = np.linalg.norm(crosses, axis=1)
    return crosses / np.maximum(lengths, 1e-12)[:, None], lengths / 2


def wall_checks(build: dict[str, Any], printer: Machine) -> tuple[Check, ...]:
    """Least wall and gap against the printer's. Where there is none within reach the figure is the reach's, 6 mm."""
    rows = (
        ("wall of the solid parts", "least_wall_mm", printer.least_wall_mm),
        ("gap of the outer form", "least_gap_mm", printer.least_gap_mm),
    )
    note = f"{printer.name}; the limit is a house figure until a test piece confirms it"
    return tuple(at_least(f"least {name}", min(build[key], 6.0), limit, "mm", note) for name, key, limit in rows)
