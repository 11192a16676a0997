"""The implant's body and its solid part: fields composed, sampled once on one grid, and measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from hemipelvis.design.acetabulum_shell import acetabulum_shell, cavity
from hemipelvis.design.arcuate_strut import arcuate_strut
from hemipelvis.design.body_form import below_faces, body_form
from hemipelvis.design.body_measures import Made, measures_of, warnings_of
from hemipelvis.design.body_path import BodyPath, body_path
from hemipelvis.design.bone_left import FEMUR_CLEARANCE_MM
from hemipelvis.design.engineer_shapes import check_cuts, check_touching, cut, joined
from hemipelvis.design.measure_body import filled_mm3, largest_piece
from hemipelvis.design.mirror_template import mirror_template
from hemipelvis.design.notch_skin import notch_skin, skin_region
from hemipelvis.design.rolling_ball import opened
from hemipelvis.design.screw_bosses import bosses, holes
from hemipelvis.design.solid_form import solid_axes, solid_form
from hemipelvis.design.surroundings import Surroundings, surroundings
from hemipelvis.design.thin_porous import without_thin_porous
from hemipelvis.errors import InputError
from hemipelvis.field import Field, from_volume, union
from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.mesh import Mesh
from hemipelvis.plan import CupPlan, Interface, Screw
from hemipelvis.progress import Progress, silent
from hemipelvis.settings import BodySettings
from hemipelvis.volume import Volume, centred_grid

EDGE_MM = 3.0
"""Blend of every cut: its edge gets a radius of 0.7 of it, 2 mm."""
HOLE_EDGE_MM = 1.0
BAND_MM = 1.5
FARTHEST_CUP_MM = 80.0


@dataclass(frozen=True)
class Body:
    """envelope and solid: signed distances (float32, mm, negative inside) on one grid; solid lies inside envelope.

    Screw holes, cup cavity and bone are taken out of both. The porous part is envelope less solid.
    """

    envelope: Volume
    solid: Volume
    measures: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def build_body(
    labels: Volume,
    landmarks: Landmarks,
    cup: CupPlan,
    interfaces: tuple[Interface, ...],
    screws: tuple[Screw, ...],
    side: Side,
    settings: BodySettings,
    progress: Progress = silent,
    meshes: Mapping[Path, Mesh] = MappingProxyType({}),
) -> Body:
    """One body from the sacral face over the cup to the pubic face, and the solid parts in it.

    meshes: the STL files named in `settings`, read. Raises InputError without a sacral interface, with a cup far from
    the pelvis, for an engineer's shape that misses the body, or when no solid part is left.
    """
    if not any(i.host == "sacrum" for i in interfaces):
        raise InputError("no sacral interface", "the plane reamed on the sacrum", "plan the interfaces again")
    _check_cup(landmarks, cup, side)
    progress("mirroring the intact side", 0.0)
    path = body_path(mirror_template(labels, landmarks, side), landmarks, cup, interfaces, side, settings)
    strut = arcuate_strut(path, interfaces, settings)
    progress("measuring the bone around", 0.2)
    around = surroundings(labels, landmarks, cup, interfaces, screws, side, settings, path)
    form = body_form(path, strut, cup, interfaces, landmarks, side, settings).offset(settings.offset_mm)
    check_touching(settings.add, form, meshes)
    progress("shaping the body", 0.4)
    envelope, lost_body = largest_piece(_envelope(form, path, cup, interfaces, screws, around, settings, meshes))
    check_cuts(settings.cut, envelope, meshes)
    progress("placing the solid parts", 0.7)
    solid = joined(solid_form(strut, path, cup, interfaces, screws, settings), settings.solid_shapes, meshes)
    skin = notch_skin(from_volume(envelope), skin_region(path, landmarks, side, settings.inner_skin), settings)
    drawn, skinned = _within(envelope, solid), _within(envelope, skin)
    drawn = drawn.like(np.minimum(drawn.voxels, skinned.voxels))
    stout = without_thin_porous(envelope, drawn, settings.porous_least_mm)
    core, lost_solid = largest_piece(stout.like(np.minimum(stout.voxels, skinned.voxels)))
    if not (core.voxels < 0).any():
        raise InputError("a body without any solid part", "a strut through it", "check cup, landmarks and body sizes")
    progress("measuring the body", 0.9)
    made = Made(envelope, core, path, landmarks, cup, interfaces, screws, around, side, settings)
    measures = {
        **measures_of(made),
        "thin_porous_made_solid_cm3": (filled_mm3(core) - filled_mm3(drawn)) / 1000,
        "envelope_dropped_mm3": lost_body,
        "solid_dropped_mm3": lost_solid,
    }
    return Body(envelope, core, measures, warnings_of(measures))


def _within(envelope: Volume, form: Field) -> Volume:
    values = form.near_surface(envelope, BAND_MM)
    return values.like(np.maximum(values.voxels, envelope.voxels))


def _check_cup(landmarks: Landmarks, cup: CupPlan, side: Side) -> None:
    away = float(np.linalg.norm(landmarks.arcuate(side) - cup.centre, axis=1).min())
    if away > FARTHEST_CUP_MM:
        raise InputError(
            f"a cup {away:.0f} mm from the mirrored arcuate line",
            f"at most {FARTHEST_CUP_MM:g} mm (about 35 mm in a healthy pelvis)",
            "check hip centres and symmetry plane among the landmarks, and the cup's centre",
        )


def _envelope(
    form: Field,
    path: BodyPath,
    cup: CupPlan,
    interfaces: tuple[Interface, ...],
    screws: tuple[Screw, ...],
    around: Surroundings,
    settings: BodySettings,
    meshes: Mapping[Path, Mesh],
) -> Volume:
    tubes = bosses(screws, solid_axes(path, cup, interfaces))
    whole = form if tubes is None else form.smooth_union(tubes, settings.blend_mm / 2)
    whole = cut(joined(whole, settings.add, meshes), settings.cut, meshes)
    grid = centred_grid(around.lower, around.upper, settings.pitch_mm)
    rough = _kept_off(whole.smooth_difference(cavity(cup), EDGE_MM), around).near_surface(grid, BAND_MM)
    rolled = from_volume(opened(rough, settings.edge_mm)) | _kept_off(acetabulum_shell(cup), around)
    flush = rolled - union(below_faces(interfaces)) - around.bone
    drilled = holes(screws, cup)
    free = flush if drilled is None else flush.smooth_difference(drilled, HOLE_EDGE_MM)
    return free.near_surface(grid, BAND_MM)


def _kept_off(form: Field, around: Surroundings) -> Field:
    femur = around.femur_planned.offset(FEMUR_CLEARANCE_MM)
    return form.smooth_difference(around.relief, EDGE_MM).smooth_difference(femur, EDGE_MM)
