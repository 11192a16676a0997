"""What the body's outside measures: its edges, its course along the line, its way in, its skin."""

from typing import Any

import numpy as np

from hemipelvis.arrays import Array, Points, square_to, unit
from hemipelvis.design.acetabulum_shell import RIM_MM
from hemipelvis.design.bone_left import reamed_zones
from hemipelvis.design.edge_radius import edge_radius, vertex_areas, vertex_normals
from hemipelvis.design.screw_bosses import PLAY_MM, holes
from hemipelvis.field import Field
from hemipelvis.isosurface import isosurface
from hemipelvis.mesh import Mesh
from hemipelvis.plan import CupPlan, Interface, Screw
from hemipelvis.volume import Volume

NEAR_FACE_MM, NEAR_HOLE_MM, NEAR_RIM_MM = 2.5, 3.0, 2.5
SHARP_MM = 2.0
ON_WALL_MM, WALL_SHARE = 0.3, 0.75


def outside_surface(mesh: Mesh, interfaces: tuple[Interface, ...], screws: tuple[Screw, ...], cup: CupPlan) -> Array:
    """Whether each vertex (n,) belongs to the free surface: no reamed face, screw hole, cavity or mouth's rim near."""
    points = mesh.vertices
    free = reamed_zones(interfaces, screws)(points) > NEAR_FACE_MM
    drilled = holes(screws, cup)
    if drilled is not None:
        free &= drilled(points) > NEAR_HOLE_MM
    from_cup = points - cup.centre
    mouth = (from_cup @ cup.opening > -RIM_MM) & (np.linalg.norm(from_cup, axis=1) < cup.outer_radius_mm + 8)
    free &= ~mouth & (np.linalg.norm(from_cup, axis=1) > cup.inner_radius_mm + NEAR_RIM_MM)
    return np.asarray(free)


def edges(
    envelope: Volume, interfaces: tuple[Interface, ...], screws: tuple[Screw, ...], cup: CupPlan
) -> dict[str, Any]:
    """Share of the free surface under which no ball of 2 mm fits, and the radius that all but 0.1 % of it has.

    A ball may reach into a screw's hole: its boss is as thin as it is meant to be.
    """
    mesh = isosurface(envelope)
    free = outside_surface(mesh, interfaces, screws, cup)
    balls = edge_radius(mesh, bounding=_off_holes(mesh.vertices, screws, cup))
    radius, area = _but_for_the_wall(balls, mesh.vertices, cup)[free], vertex_areas(mesh)[free]
    order = np.argsort(radius)
    reached = np.cumsum(area[order]) / max(float(area.sum()), 1e-9)
    return {
        "sharp_share": float(area[radius < SHARP_MM].sum() / max(float(area.sum()), 1e-9)),
        "edge_radius_mm": float(radius[order][np.searchsorted(reached, 0.001)]) if len(radius) else None,
        "free_surface_cm2": float(area.sum() / 100),
    }


def _off_holes(points: Points, screws: tuple[Screw, ...], cup: CupPlan) -> Array | None:
    """Points (n,) not on a screw hole's own wall: what stands between it and the outside is a boss, no edge."""
    drilled = holes(screws, cup)
    return None if drilled is None else drilled(points) > ON_WALL_MM


def _but_for_the_wall(radius: Array, points: Points, cup: CupPlan) -> Array:
    """Radii (n,) with that of the bowl's bare wall, which is no edge but as thick as it is meant to be, taken as round.

    Where the wall holds less than `WALL_SHARE` of its own half thickness it has been cut: that counts.
    """
    wall = np.linalg.norm(points - cup.centre, axis=1) < cup.outer_radius_mm + ON_WALL_MM
    whole = wall & (radius >= WALL_SHARE * cup.shell_mm / 2)
    return np.where(whole, np.maximum(radius, SHARP_MM), radius)


def course(line: Points, ends: int = 8) -> dict[str, float]:
    """Least bend radius and greatest kink between steps of a line (m, 3) of even steps, its ends left out."""
    inner = line[ends:-ends] if len(line) > 3 * ends else line
    tangents = unit(np.diff(inner, axis=0))
    step = float(np.linalg.norm(np.diff(inner, axis=0), axis=1).mean())
    turn = np.arccos(np.clip((tangents[1:] * tangents[:-1]).sum(axis=1), -1, 1))
    return {
        "line_least_bend_radius_mm": step / max(float(turn.max()), 1e-9),
        "line_greatest_kink_deg": float(np.degrees(turn.max())),
    }


def seat_shares(envelope: Volume, screws: tuple[Screw, ...]) -> dict[str, float]:
    """By screw: share of the ring under its head, half a millimetre below the seat, that is metal."""
    return {s.id: _seat_share(envelope, s) for s in screws}


def _seat_share(envelope: Volume, screw: Screw) -> float:
    first, second = square_to(screw.direction)
    turn = np.arange(72) * np.pi / 36
    middle = (screw.diameter_mm + PLAY_MM + screw.head_diameter_mm) / 4
    ring = (
        screw.entry + 0.8 * screw.direction + middle * (np.cos(turn)[:, None] * first + np.sin(turn)[:, None] * second)
    )
    return float((envelope.sample(ring, 1.0) < 0).mean())


def skin_shares(envelope: Volume, solid: Volume, facing: Field, skin_mm: float) -> dict[str, float]:
    """Of the face that `facing` covers: share solid at the surface, and share solid through the skin's thickness.

    A millimetre at the region's border is left out, where the skin ends.
    """
    mesh = isosurface(envelope)
    covered = facing(mesh.vertices) < -1.0
    points, inward = mesh.vertices[covered], -vertex_normals(mesh)[covered]
    if not len(points):
        return {"notch_face_solid_share": 0.0, "notch_skin_share": 0.0}
    at = [solid.sample(points + depth * inward, 1.0) < 0 for depth in (0.25, 0.85 * skin_mm)]
    return {"notch_face_solid_share": float(at[0].mean()), "notch_skin_share": float((at[0] & at[1]).mean())}
