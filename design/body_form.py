"""The body's outer form before anything is taken out of it: lofts, bowl and feet, blended."""

import numpy as np

from hemipelvis.arrays import Array, Vector, unit
from hemipelvis.design.acetabulum_shell import acetabulum_ball
from hemipelvis.design.body_path import BodyPath
from hemipelvis.design.bony_axes import bony_axes
from hemipelvis.field import Field, half_space, oval_cylinder, sphere
from hemipelvis.frames import Plane, Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.oval_sweep import ellipse_tensor, oval_sweep
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.settings import BodySettings

STANDOFF_MM = 3.0
"""The body proper keeps this far above the sacral plane; only the foot goes down to it."""
SOLE_MM = 4.0
"""Thickness of a foot's sole, and the fillet from it to the pillar: a thinner one is a flap."""
TOP_SHARE = 0.8
"""Of the body's half axes, at a foot's top: it ends inside the body, whose blend would swell a bulb on an equal one."""
CROTCH = 2.5
"""Of the blend, where the roof's limb leaves the body at a sharp angle: a narrower one leaves a groove between them."""
LIMB_SHARES = (0.65, 0.75)
"""Radius of the roof's limb over the body's, at its ends: where it begins inside the body it must not swell it."""
BESIDE_MM = 8.0
"""How far beyond a contact its plane still bounds the implant: as far as a foot's blend swells. Farther off only bone
does: there a plane cuts through a body that passes beside it.
"""
LEAD = 7
"""Stations (1 mm each) left to the foot before the loft begins."""


def body_form(
    path: BodyPath,
    strut: Field,
    cup: CupPlan,
    interfaces: tuple[Interface, ...],
    landmarks: Landmarks,
    side: Side,
    settings: BodySettings,
) -> Field:
    """Loft along the arcuate line, roof buttress and bowl, blended; then the feet on sacrum and ischium."""
    blend = settings.blend_mm
    sacral = next(i for i in interfaces if i.host == "sacrum")
    loft = oval_sweep(path.centres[LEAD:], path.sections[LEAD:]).smooth_union(strut, blend / 2)
    if path.limb is not None:
        loft = loft.smooth_union(oval_sweep(path.limb.centres, path.limb.sections), 1.5 * blend)
    form = loft.smooth_union(roof_buttress(path, cup, landmarks, side, settings), CROTCH * blend)
    form = form.smooth_union(acetabulum_ball(cup), 1.5 * blend).smooth_difference(_below(sacral, STANDOFF_MM), blend)
    form = form.smooth_union(foot(sacral, path.centres[2 * LEAD], TOP_SHARE**2 * path.sections[2 * LEAD]), 1.5 * blend)
    round_top = np.eye(3) * (TOP_SHARE * settings.body_radius_mm) ** 2
    for ischial in (i for i in interfaces if i.host == "ischium"):
        form = form.smooth_union(foot(ischial, _on_bowl(cup, ischial.point), round_top), blend)
    return form


def roof_direction(cup: CupPlan, landmarks: Landmarks, side: Side) -> Vector:
    """From the cup's centre to the middle of its roof: up and a little outwards, square to the opening."""
    left, _, up = bony_axes(landmarks, side)
    roof = up + 0.4 * side.sign * left
    return unit(roof - (roof @ cup.opening) * cup.opening)


def roof_buttress(path: BodyPath, cup: CupPlan, landmarks: Landmarks, side: Side, settings: BodySettings) -> Field:
    """The limb that carries the bowl's roof: from the sacral part of the line to the roof."""
    roof = roof_direction(cup, landmarks, side)
    start = path.centres[len(path.centres) // 8]
    end = cup.centre + 0.8 * cup.outer_radius_mm * roof - 0.25 * cup.outer_radius_mm * cup.opening
    middle = (start + end) / 2 + 0.08 * np.linalg.norm(end - start) * roof
    t = np.linspace(0, 1, 24)[:, None]
    line = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
    tangent = unit(end - start)
    wide = unit(cup.opening - (cup.opening @ tangent) * tangent)
    sizes = settings.body_radius_mm * np.linspace(*LIMB_SHARES, len(line))
    return oval_sweep(line, [ellipse_tensor(np.cross(tangent, wide), wide, tangent, 1.15 * s, 0.85 * s) for s in sizes])


def foot(face: Interface, into: Array, top: Array) -> Field:
    """An oval pillar that stands on a face's ellipse and goes over into the section `top` (3, 3), mm², at `into`.

    A sole keeps to the whole ellipse: where the pillar leans over, its own sections leave the far end of it bare.
    """
    axes, halves = face.axes, face.halves_mm
    t = np.linspace(0, 1, 40)[:, None]  # fewer would show as stripes
    knee = face.point + face.normal * 0.5 * np.linalg.norm(into - face.point)
    line = (1 - t) ** 2 * face.point + 2 * t * (1 - t) * knee + t**2 * into
    base = ellipse_tensor(axes[0], axes[1], axes[2], halves[0], halves[1])
    sections = base * (1 - t[..., None]) + top * t[..., None]
    root = face.point - 6 * face.normal
    pillar = oval_sweep(np.vstack([root, line]), np.concatenate([base[None], sections]))
    return pillar.smooth_union(oval_cylinder(root, axes, halves, 6 + SOLE_MM), SOLE_MM)


def _on_bowl(cup: CupPlan, towards: Array) -> Array:
    return cup.centre + unit(towards - cup.centre) * (cup.outer_radius_mm - cup.shell_mm)


def below_faces(interfaces: tuple[Interface, ...]) -> list[Field]:
    """For every face, what lies behind its plane within reach of the foot: no part of the implant goes there."""
    return [_below(i) for i in interfaces]


def _below(face: Interface, above_mm: float = 0) -> Field:
    behind = half_space(Plane(face.point + above_mm * face.normal, face.normal))
    return behind & sphere(face.point, face.radius_mm + BESIDE_MM)
