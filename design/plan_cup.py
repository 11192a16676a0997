"""The new rotation centre and the cup's orientation, by the series' rule or by the engineer's prescription."""

from typing import Any

import numpy as np
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Point, Points
from hemipelvis.design.cup_angles import CupAngles, CupAxes, all_angles, cup_axes, opening_from_angles
from hemipelvis.design.measure import Measurements, height_over_ischia, rise_over_ischia
from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.jsonable import to_json
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan
from hemipelvis.settings import CupSettings

DESCENT_MM = 20.0  # both the CHD at which the cup descends and by how much (the clinical series' rule)
ROUNDING_MM = 1e-6  # a CHD of 20 mm but for rounding is 20 mm: it descends
CARTILAGE_MM = 2.5  # femoral head's bone to the lunate surface's: two cartilage layers of 1 to 1.5 mm
LINER_RADII_MM = (22.0, 28.0)  # outer radii in which cemented constrained liners are made: 44 to 56 mm across
LENGTHENING_MM = 40.0  # sciatic palsy follows lengthening beyond some 4 cm (Edwards et al., Clin Orthop 1987; 218:136)
FEMUR_MM = 3.0  # least room between the shell and the femur
PELVIC_SHIFT_MM = 15.0  # a prescription this far from the rule's place is pointed out


def plan_cup(
    landmarks: Landmarks, now: Measurements, side: Side, settings: CupSettings, femur: Points | None = None
) -> CupPlan:
    """The cup for the affected `side`; `now` is measured at the old cup.

    |CHD| below 20 mm: at the height of the unaffected centre ("same height"); otherwise, 20 mm included, 20 mm below
    the migrated cup ("descend 20 mm"), both square to the inter-ischial line on the AP view. Its distance from the
    symmetry plane, and its depth, are those of the mirrored intact centre. `femur`: surface points (n, 3) of the
    affected femur, for its distance. Raises InputError where the landmarks lack a hip centre.
    """
    _demand(landmarks, side)
    rule = "same height" if DESCENT_MM - abs(now.chd_mm) > ROUNDING_MM else "descend 20 mm"
    by_rule = _centre_by_rule(landmarks, side, rule)
    centre = by_rule if settings.centre is None else np.array(settings.centre, float)
    axes = reference_axes(landmarks, side, settings)
    opening = opening_from_angles(
        CupAngles(settings.definition, settings.anteversion_deg, settings.inclination_deg), axes
    )
    liner = settings.liner_radius_mm or _liner_radius(landmarks, side)
    outer = liner + settings.mantle_mm + settings.shell_mm
    notes = _notes(landmarks, now, side, settings, by_rule, centre, outer, femur)
    return CupPlan(
        centre=centre,
        opening=opening,
        anteversion_deg=settings.anteversion_deg,
        inclination_deg=settings.inclination_deg,
        definition=settings.definition,
        rule=rule if settings.centre is None else "stated by the engineer",
        liner_radius_mm=liner,
        mantle_mm=settings.mantle_mm,
        shell_mm=settings.shell_mm,
        notes={**notes, "angles": to_json(all_angles(opening, axes)), "reference": settings.reference},
        warnings=_warnings(notes, now, settings),
    )


def reference_axes(landmarks: Landmarks, side: Side, settings: CupSettings) -> CupAxes:
    """Transverse axis square to the symmetry plane; upright as the scanner's axis, or in the anterior pelvic plane.

    The anterior pelvic plane holds the intact ASIS and pubic tubercle and their mirror images.
    """
    up: Any = (0.0, 0.0, 1.0)
    if settings.reference == "anterior pelvic plane":
        up = landmarks.paired("ASIS", side.other) - landmarks.paired("PT", side.other)
    return cup_axes(landmarks.symmetry.normal, up, side)


def _demand(landmarks: Landmarks, side: Side) -> None:
    names = (f"hip_centre_{side.other.letter}", f"hip_centre_{side.letter}", "ischium_L", "ischium_R")
    missing = [name for name in names if name not in landmarks.points]
    if missing:
        raise InputError(
            f"landmarks without {', '.join(missing)}",
            "both hip centres (the affected one is the old cup's) and both ischia",
            "state them under [landmarks] points",
        )


def _centre_by_rule(landmarks: Landmarks, side: Side, rule: str) -> Point:
    """The mirrored intact centre, moved within its sagittal plane to the height that the rule wants."""
    intact, old = landmarks.paired("hip_centre", side.other), landmarks.paired("hip_centre", side)
    image = landmarks.symmetry.mirror(intact)
    height = height_over_ischia(landmarks, intact)
    if rule != "same height":
        height = height_over_ischia(landmarks, old) - DESCENT_MM
    rise, normal = rise_over_ischia(landmarks), landmarks.symmetry.normal
    sagittal: Array = rise - (rise @ normal) * normal
    return image + sagittal * (height - height_over_ischia(landmarks, image)) / (sagittal @ rise)


def _liner_radius(landmarks: Landmarks, side: Side) -> float:
    """As wide as the native acetabulum (intact head plus cartilage), within what constrained liners are made in.

    The wall around it (mantle and shell, 6 mm by default) then takes about the room of the native acetabular wall.
    """
    head = landmarks.radii_mm.get(f"hip_centre_{side.other.letter}")
    if head is None:
        return float(np.mean(LINER_RADII_MM))
    return float(np.clip(head + CARTILAGE_MM, *LINER_RADII_MM))


def _notes(
    landmarks: Landmarks,
    now: Measurements,
    side: Side,
    settings: CupSettings,
    by_rule: Point,
    centre: Point,
    outer_mm: float,
    femur: Points | None,
) -> dict[str, Any]:
    old, intact = landmarks.paired("hip_centre", side), landmarks.paired("hip_centre", side.other)
    heights = {n: height_over_ischia(landmarks, p) for n, p in (("old", old), ("planned", centre), ("intact", intact))}
    gap = None if femur is None or len(femur) == 0 else float(KDTree(femur).query(centre)[0] - outer_mm)
    return {
        "chd_now_mm": now.chd_mm,
        "height_over_ischia_mm": heights,
        "lengthening_mm": heights["old"] - heights["planned"],
        "offset_from_rule_mm": float(np.linalg.norm(centre - by_rule)),
        "centre_by_rule": by_rule.tolist(),
        "femur_gap_mm": gap,
        "native_head_radius_mm": landmarks.radii_mm.get(f"hip_centre_{side.other.letter}"),
        "outer_radius_mm": outer_mm,
        "stated_centre": settings.centre is not None,
    }


def _warnings(notes: dict[str, Any], now: Measurements, settings: CupSettings) -> tuple[str, ...]:
    lengthening, gap, shift = notes["lengthening_mm"], notes["femur_gap_mm"], notes["offset_from_rule_mm"]
    found = {
        f"the leg lengthens by {lengthening:.0f} mm (limit {LENGTHENING_MM:.0f} mm: sciatic nerve)": (
            lengthening > LENGTHENING_MM
        ),
        f"the leg shortens by {-lengthening:.0f} mm": lengthening < -5,
        f"the affected cup sits {now.chd_mm:.1f} mm lower than the other: the rule lowers it further, "
        "state [cup] centre": now.chd_mm >= DESCENT_MM and settings.centre is None,
        f"the stated centre lies {shift:.0f} mm from the rule's": shift > PELVIC_SHIFT_MM,
        f"the shell comes to {gap if gap is not None else 0:.1f} mm of the femur where it lies now "
        f"(wanted {FEMUR_MM:.0f} mm): it must be moved or cut": gap is not None and gap < FEMUR_MM,
    }
    return tuple(text for text, true in found.items() if true)
