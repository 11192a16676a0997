"""Every figure of a finished body, and the warnings they give."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hemipelvis.design.acetabulum_shell import acetabulum_ball, acetabulum_shell
from hemipelvis.design.body_path import BodyPath
from hemipelvis.design.bone_left import cup_bed, reamed_zone
from hemipelvis.design.insertion import undercut_mm3
from hemipelvis.design.measure_body import (
    TITANIUM_G_CM3,
    arcuate_deviation,
    contact_share,
    filled_mm3,
    fits_build,
    kept_share,
    overlap_mm3,
    pieces,
    reamed,
    solid_sections,
)
from hemipelvis.design.measure_form import course, edges, seat_shares, skin_shares
from hemipelvis.design.notch_skin import skin_region
from hemipelvis.design.screw_bosses import holes
from hemipelvis.design.surroundings import Surroundings
from hemipelvis.field import union
from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Interface, Screw
from hemipelvis.settings import BodySettings
from hemipelvis.volume import Volume

LEAST_BOWL = 0.95
"""Share of the bowl's metal that must be left: two 10 mm screw seats take about 3 %."""
BED_PITCH_MM = 1.0
LEAST_SECTION_MM2 = 40.0
"""2.5 times 800 N of body weight over it is 50 MPa, a tenth of what EBM Ti-6Al-4V endures at 10⁷ cycles unnotched
(about 500 MPa after HIP; ASTM F3001 asks 795 MPa yield); bending on top is the strut's own business.
"""


@dataclass(frozen=True)
class Made:
    """A finished body with all that it was made from."""

    envelope: Volume
    solid: Volume
    path: BodyPath
    landmarks: Landmarks
    cup: CupPlan
    interfaces: tuple[Interface, ...]
    screws: tuple[Screw, ...]
    around: Surroundings
    side: Side
    settings: BodySettings


def measures_of(made: Made) -> dict[str, Any]:
    """All figures by name; units stand in the names, shares are fractions."""
    region = skin_region(made.path, made.landmarks, made.side, made.settings.inner_skin)
    return {
        **_volumes(made),
        **_ring(made),
        **_bone(made),
        **edges(made.envelope, made.interfaces, made.screws, made.cup),
        **course(made.path.centres),
        **skin_shares(made.envelope, made.solid, region, made.settings.notch_skin_mm),
        "bowl_share": kept_share(made.solid, acetabulum_shell(made.cup)),
        "seat_metal_share": seat_shares(made.envelope, made.screws),
        **fits_build(made.envelope),
    }


def _volumes(made: Made) -> dict[str, float]:
    whole, solid = filled_mm3(made.envelope) / 1000, filled_mm3(made.solid) / 1000
    return {
        "envelope_cm3": whole,
        "solid_cm3": solid,
        "porous_cm3": whole - solid,
        "solid_share": solid / whole,
        "mass_solid_g": solid * TITANIUM_G_CM3,
        "mass_at_70_percent_porosity_g": (solid + 0.3 * (whole - solid)) * TITANIUM_G_CM3,
        "mass_all_solid_g": whole * TITANIUM_G_CM3,
    }


def _ring(made: Made) -> dict[str, Any]:
    sections = solid_sections(made.solid, made.path, 16)
    off = arcuate_deviation(made.envelope, made.landmarks.arcuate(made.side), made.interfaces)
    return {
        "envelope_components": len(pieces(made.envelope)),
        "solid_components": len(pieces(made.solid)),
        "least_solid_section_mm2": float(sections.min()),
        "arcuate_deviation_mean_mm": float(off.mean()) if len(off) else None,
        "arcuate_deviation_max_mm": float(off.max()) if len(off) else None,
    }


def _bone(made: Made) -> dict[str, Any]:
    around, drilled = made.around, holes(made.screws, made.cup)
    planned = overlap_mm3(made.envelope, around.femur_planned)
    return {
        "bone_overlap_cm3": overlap_mm3(made.envelope, around.bone) / 1000,
        "femur_overlap_planned_cm3": planned / 1000,
        "femur_overlap_as_scanned_cm3": overlap_mm3(made.envelope, around.femur) / 1000,
        "femur_moves_by_mm": around.femur_shift.tolist(),
        "contact_within_half_mm": {
            i.host: contact_share(made.envelope, around.hosts, i, drilled) for i in made.interfaces
        },
        "reamed": {i.host: reamed(around.hosts, reamed_zone(i), i) for i in made.interfaces},
        "reamed_with_bosses_cm3": float(
            sum(reamed(around.hosts, around.zones, i, alone=False)["volume_cm3"] for i in made.interfaces)
        ),
        "reamed_for_bowl_cm3": _bowl_bed_mm3(made) / 1000,
        "insertion": around.way.tolist(),
        "insertion_to_faces_deg": {
            i.host: float(np.degrees(np.arccos(np.clip(-around.way @ i.normal, -1, 1)))) for i in made.interfaces
        },
        "undercut_cm3": undercut_mm3(made.envelope, around.bone, around.way) / 1000,
    }


def _bowl_bed_mm3(made: Made) -> float:
    """Bone where the bowl goes that is reamed for it; the contacts' own reaming apart."""
    ball = acetabulum_ball(made.cup) & cup_bed(made.cup, made.around.hosts, made.settings.reach_mm)
    bone = (ball & made.around.hosts) - union([reamed_zone(i) for i in made.interfaces])
    reach = made.cup.outer_radius_mm + 1
    return filled_mm3(bone.sampled(made.cup.centre - reach, made.cup.centre + reach, BED_PITCH_MM))


def warnings_of(measures: Mapping[str, Any]) -> tuple[str, ...]:
    """What the engineer must look at, in words."""
    return tuple([*_about_form(measures), *_about_fit(measures)])


def _about_form(m: Mapping[str, Any]) -> Iterator[str]:
    for what in ("envelope", "solid"):
        if m[f"{what}_dropped_mm3"] > 20:
            yield f"{m[f'{what}_dropped_mm3']:.0f} mm³ of the {what} came out apart from the rest and were left out"
    if m["least_solid_section_mm2"] < LEAST_SECTION_MM2:
        yield f"the solid path narrows to {m['least_solid_section_mm2']:.0f} mm²"
    if not m["fits_build"]:
        yield "the body does not fit 200 × 200 × 180 mm"
    if m["bowl_share"] < LEAST_BOWL:
        yield (
            f"only {m['bowl_share']:.0%} of the bowl is left, {LEAST_BOWL:.0%} wanted: "
            "bone, a reamed face or a hole reaches into it"
        )
    for screw, share in m["seat_metal_share"].items():
        if share < 0.9:
            yield f"screw {screw}'s head has metal under {share:.0%} of its ring: bone beside the face cuts its boss"
    if m["sharp_share"] > 0.005:
        yield f"{m['sharp_share']:.1%} of the free surface is sharper than 2 mm of radius"


def _about_fit(m: Mapping[str, Any]) -> Iterator[str]:
    for host, share in m["contact_within_half_mm"].items():
        if share < 0.9:
            yield f"only {share:.0%} of the {host}'s contact lies within 0.5 mm of bone, at least 90% wanted"
    deviation = m["arcuate_deviation_max_mm"]
    if deviation is not None and deviation > 5:
        yield f"the body leaves the mirrored arcuate line by {deviation:.1f} mm at most, 5 mm wanted"
    if m["reamed_for_bowl_cm3"] > 0.05:
        yield f"{m['reamed_for_bowl_cm3']:.1f} cm³ of bone stand where the bowl goes: its bed must be reamed as a ball"
    if m["undercut_cm3"] > 0.05:
        yield f"{m['undercut_cm3']:.2f} cm³ of the body meet bone on the straight way in: see body.insertion"
    if m["femur_overlap_as_scanned_cm3"] > 0.05:
        down = " ".join(f"{c:.0f}" for c in m["femur_moves_by_mm"])
        left = m["femur_overlap_planned_cm3"]
        there = "it is clear" if left <= 0.05 else f"{left:.1f} cm³ still meet the body"
        yield (
            f"the femur as scanned lies in {m['femur_overlap_as_scanned_cm3']:.1f} cm³ of the body's place: it must "
            f"come down with the new centre by ({down}) mm (LPS); where it will stand {there}"
        )
