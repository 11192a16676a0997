"""The implant's body and its solid part: fields composed, sampled once on one grid, and measured."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hemipelvis.arrays import Array, frozen
from hemipelvis.design.acetabulum_shell import acetabulum_shell, cavity
from hemipelvis.design.arcuate_strut import arcuate_strut
from hemipelvis.design.body_form import below_faces, body_form
from hemipelvis.design.body_path import BodyPath, body_path
from hemipelvis.design.bone_left import bone_after_reaming, bone_relief, femur_room, hosts_near
from hemipelvis.design.measure_body import (
    TITANIUM_G_CM3,
    arcuate_deviation,
    contact_share,
    filled_mm3,
    fits_build,
    kept_share,
    largest_piece,
    overlap_mm3,
    pieces,
    solid_sections,
)
from hemipelvis.design.mirror_template import mirror_template
from hemipelvis.design.notch_skin import notch_centre
from hemipelvis.design.screw_bosses import bosses, holes
from hemipelvis.design.solid_form import solid_form, with_notch_skin
from hemipelvis.errors import InputError
from hemipelvis.field import Field, from_volume, union
from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Interface, Screw
from hemipelvis.progress import Progress, silent
from hemipelvis.settings import BodySettings
from hemipelvis.volume import Volume, empty_grid

EDGE_MM = 3.0
"""Blend of every cut: its edge gets a radius of 0.7 of it, 2 mm."""
BAND_MM = 1.5
FARTHEST_CUP_MM = 80.0
LEAST_BOWL = 0.95
"""Share of the bowl's metal that must be left: two 10 mm screw seats take about 3 %."""


@dataclass(frozen=True)
class Body:
    """envelope and solid: signed distances (float32, mm, negative inside) on one grid; solid lies inside envelope.

    Screw holes, cup cavity and bone are taken out of both. The porous part is envelope less solid.
    """

    envelope: Volume
    solid: Volume
    measures: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """What lies around the body, in the box from lower to upper.

    hosts: bone as it is; bone: after reaming; relief: the same, evened and grown; femur: where it will stand, grown.
    """

    hosts: Field
    bone: Field
    relief: Field
    femur: Field
    lower: Array
    upper: Array

    def __post_init__(self) -> None:
        for name in ("lower", "upper"):
            object.__setattr__(self, name, frozen(getattr(self, name)))


def build_body(
    labels: Volume,
    landmarks: Landmarks,
    cup: CupPlan,
    interfaces: tuple[Interface, ...],
    screws: tuple[Screw, ...],
    side: Side,
    settings: BodySettings,
    progress: Progress = silent,
) -> Body:
    """One body from the sacral face over the cup to the pubic face, and the solid parts in it.

    Raises InputError without a sacral interface, with a cup far from the pelvis, or when no solid part is left.
    """
    if not any(i.host == "sacrum" for i in interfaces):
        raise InputError("no sacral interface", "the plane reamed on the sacrum", "plan the interfaces again")
    _check_cup(landmarks, cup, side)
    progress("mirroring the intact side", 0.0)
    path = body_path(mirror_template(labels, landmarks, side), landmarks, cup, interfaces, side, settings)
    strut = arcuate_strut(path, interfaces, settings)
    progress("measuring the bone around", 0.2)
    around = _surroundings(labels, landmarks, cup, interfaces, screws, side, settings, path)
    form = body_form(path, strut, cup, interfaces, landmarks, side, settings)
    progress("shaping the body", 0.4)
    envelope = _envelope(form, path, cup, interfaces, screws, around, settings)
    progress("placing the solid parts", 0.7)
    solid = solid_form(strut, path, cup, interfaces, screws, settings)
    skinned = with_notch_skin(solid, from_volume(envelope), path, notch_centre(landmarks, side), settings)
    raw = skinned.near_surface(envelope, BAND_MM)
    raw = raw.like(np.maximum(raw.voxels, envelope.voxels))
    progress("measuring the body", 0.9)
    body = _measured(envelope, raw, path, landmarks, interfaces, around, side, holes(screws, cup))
    return _with_bowl(body, cup)


def _check_cup(landmarks: Landmarks, cup: CupPlan, side: Side) -> None:
    away = float(np.linalg.norm(landmarks.arcuate(side) - cup.centre, axis=1).min())
    if away > FARTHEST_CUP_MM:
        raise InputError(
            f"a cup {away:.0f} mm from the mirrored arcuate line",
            f"at most {FARTHEST_CUP_MM:g} mm (about 35 mm in a healthy pelvis)",
            "check hip centres and symmetry plane among the landmarks, and the cup's centre",
        )


def _surroundings(
    labels: Volume,
    landmarks: Landmarks,
    cup: CupPlan,
    interfaces: tuple[Interface, ...],
    screws: tuple[Screw, ...],
    side: Side,
    settings: BodySettings,
    path: BodyPath,
) -> Surroundings:
    margin = 1.5 * settings.body_radius_mm + settings.blend_mm
    heads = [s.entry - 6 * s.direction for s in screws]
    bowl = [cup.centre - cup.outer_radius_mm - 2, cup.centre + cup.outer_radius_mm + 2]
    faces = [i.point + sign * (i.radius_mm + 4) for i in interfaces for sign in (-1, 1)]
    points = np.vstack(
        [
            path.centres - margin,
            path.centres + margin,
            *bowl,
            *faces,
            *[h - 10 for h in heads],
            *[h + 10 for h in heads],
        ]
    )
    lower, upper = points.min(axis=0), points.max(axis=0)
    hosts = hosts_near(labels, side, lower, upper)
    bone = bone_after_reaming(hosts, interfaces, settings.bone_clearance_mm)
    relief = bone_relief(hosts, interfaces, settings.bone_clearance_mm, lower, upper)
    return Surroundings(hosts, bone, relief, femur_room(labels, landmarks, cup, side, lower, upper), lower, upper)


def _envelope(
    form: Field,
    path: BodyPath,
    cup: CupPlan,
    interfaces: tuple[Interface, ...],
    screws: tuple[Screw, ...],
    around: Surroundings,
    settings: BodySettings,
) -> Volume:
    tubes = bosses(screws, path.rail)
    whole = form if tubes is None else form.smooth_union(tubes, settings.blend_mm / 2)
    free = whole.smooth_difference(cavity(cup), EDGE_MM) | acetabulum_shell(cup)
    free = free.smooth_difference(around.relief, EDGE_MM).smooth_difference(around.femur, EDGE_MM)
    free = free - union(below_faces(interfaces)) - around.bone
    drilled = holes(screws, cup)
    free = free if drilled is None else free - drilled
    return free.near_surface(empty_grid(around.lower, around.upper, settings.pitch_mm), BAND_MM)


def _measured(
    envelope: Volume,
    solid: Volume,
    path: BodyPath,
    landmarks: Landmarks,
    interfaces: tuple[Interface, ...],
    around: Surroundings,
    side: Side,
    drilled: Field | None,
) -> Body:
    body, lost_body = largest_piece(envelope)
    core, lost_solid = largest_piece(solid.like(np.maximum(solid.voxels, body.voxels)))
    if not (core.voxels < 0).any():
        raise InputError("a body without any solid part", "a strut through it", "check cup, landmarks and body sizes")
    measures = {
        **_volumes(body, core),
        **_connection(body, core, lost_body, lost_solid),
        **_fit(body, core, path, landmarks, interfaces, around, side, drilled),
        **fits_build(body),
    }
    return Body(body, core, measures, _warnings(measures))


def _with_bowl(body: Body, cup: CupPlan) -> Body:
    """The body with the share of the bowl that bone, faces and holes have left of it; a warning where too little."""
    share = kept_share(body.solid, acetabulum_shell(cup))
    told = (
        f"only {share:.0%} of the bowl is left, {LEAST_BOWL:.0%} wanted: bone, a reamed face or a hole reaches into it",
    )
    measures = {**body.measures, "bowl_share": share}
    return Body(body.envelope, body.solid, measures, body.warnings + (told if share < LEAST_BOWL else ()))


def _volumes(body: Volume, core: Volume) -> dict[str, float]:
    whole, solid = filled_mm3(body) / 1000, filled_mm3(core) / 1000
    return {
        "envelope_cm3": whole,
        "solid_cm3": solid,
        "porous_cm3": whole - solid,
        "solid_share": solid / whole,
        "mass_solid_g": solid * TITANIUM_G_CM3,
        "mass_at_70_percent_porosity_g": (solid + 0.3 * (whole - solid)) * TITANIUM_G_CM3,
    }


def _connection(body: Volume, core: Volume, lost_body: float, lost_solid: float) -> dict[str, float]:
    return {
        "envelope_components": len(pieces(body)),
        "solid_components": len(pieces(core)),
        "envelope_dropped_mm3": lost_body,
        "solid_dropped_mm3": lost_solid,
    }


def _fit(
    body: Volume,
    core: Volume,
    path: BodyPath,
    landmarks: Landmarks,
    interfaces: tuple[Interface, ...],
    around: Surroundings,
    side: Side,
    drilled: Field | None,
) -> dict[str, Any]:
    sections = solid_sections(core, path, 16)
    off = arcuate_deviation(body, landmarks.arcuate(side), interfaces)
    return {
        "least_solid_section_mm2": float(sections.min()),
        "arcuate_deviation_mean_mm": float(off.mean()) if len(off) else None,
        "arcuate_deviation_max_mm": float(off.max()) if len(off) else None,
        "bone_overlap_cm3": overlap_mm3(body, around.bone) / 1000,
        "contact_within_half_mm": {i.host: contact_share(body, around.hosts, i, drilled) for i in interfaces},
    }


def _warnings(measures: dict[str, Any]) -> tuple[str, ...]:
    out = []
    for what in ("envelope", "solid"):
        lost = measures[f"{what}_dropped_mm3"]
        if lost > 20:
            out.append(f"{lost:.0f} mm³ of the {what} came out apart from the rest and were left out")
    for host, share in measures["contact_within_half_mm"].items():
        if share < 0.9:
            out.append(f"only {share:.0%} of the {host}'s contact lies within 0.5 mm of the body, at least 90% wanted")
    deviation = measures["arcuate_deviation_max_mm"]
    if deviation is not None and deviation > 5:
        out.append(f"the body leaves the mirrored arcuate line by {deviation:.1f} mm at most, 5 mm wanted")
    if measures["least_solid_section_mm2"] < 40:
        out.append(f"the solid path narrows to {measures['least_solid_section_mm2']:.0f} mm²")
    if not measures["fits_build"]:
        out.append("the body does not fit 200 × 200 × 180 mm")
    return tuple(out)
