"""Every check of a finished design, by name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from hemipelvis.export.build_pose import best_pose
from hemipelvis.export.check import Check, at_least, at_most, equals
from hemipelvis.export.check_mesh import check_mesh
from hemipelvis.export.machine import Machine
from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.mesh import Mesh
from hemipelvis.plan import Screw
from hemipelvis.progress import Progress, silent
from hemipelvis.settings import LatticeSettings, ScrewSettings

LEAST_SECTION_MM2 = 40.0
LEAST_SCREWS = {"sacrum": 3, "pubis": 1, "ischium": 0}
"""Of those asked for: the fewest that hold it (three or four in the sacrum, one or two in the pubis are usual)."""
POROSITY_POINTS = 0.5
"""How far the meshed porosity may stand off the stated one, in points."""


def gather_checks(
    parts: Mapping[str, Mesh],
    body: Mapping[str, Any],
    calibration: Mapping[str, Any],
    lattice: LatticeSettings,
    planned: Sequence[Screw],
    rules: ScrewSettings,
    landmarks: Landmarks,
    side: Side,
    printer: Machine,
    progress: Progress = silent,
) -> tuple[Check, ...]:
    """parts: "implant", "envelope" and "trial" meshes; body and calibration: the stages' own measures."""
    checks: list[Check] = []
    for number, (name, mesh) in enumerate(parts.items()):
        progress(f"checking {name}", number / (len(parts) + 1))
        checks += check_mesh(name, mesh)
    progress("checking the design", len(parts) / (len(parts) + 1))
    checks += [
        on_its_side(parts["envelope"], landmarks, side),
        *fits(parts["envelope"], printer),
        *_lattice(calibration, lattice),
        *_body(body),
        *_screws(planned, rules),
    ]
    return tuple(checks)


def on_its_side(envelope: Mesh, landmarks: Landmarks, side: Side) -> Check:
    """Whether a part lies on the affected side of the symmetry plane."""
    plane = landmarks.symmetry
    toward = np.sign(plane.normal[0]) * side.sign
    return at_least(
        "implant lies on the affected side",
        toward * float(plane.distance(envelope.vertices.mean(axis=0))),
        10.0,
        "mm",
        f"mean distance from the symmetry plane toward the patient's {side.value}",
    )


def fits(envelope: Mesh, printer: Machine) -> Iterable[Check]:
    """Whether a part fits the build chamber, and in which pose."""
    pose = best_pose(envelope, printer.build_mm)
    size = " × ".join(f"{s:.0f}" for s in pose.size_mm)
    axes = "; ".join(" ".join(f"{c:.4f}" for c in row) for row in pose.rotation)
    yield at_least(
        f"room in the build chamber of the {printer.name}", pose.margin_mm, 0.0, "mm", f"{size} mm in the pose {axes}"
    )


def _lattice(calibration: Mapping[str, Any], settings: LatticeSettings) -> Iterable[Check]:
    off = 100 * abs(calibration["mesh_porosity"] - calibration["drawn_porosity"])
    note = f"{settings.porosity:.0%} stated for the print"
    yield at_most("porosity of the meshed cell, off the drawn", off, POROSITY_POINTS, "points", note)
    yield at_least("least pore the powder runs through", calibration["throat_um"], settings.drain_um, "µm", "throat")


def _body(body: Mapping[str, Any]) -> Iterable[Check]:
    yield equals("solid parts that hang apart", body["solid_components"] - 1, 0)
    yield equals("bodies that hang apart", body["envelope_components"] - 1, 0)
    yield at_most("overlap with bone after reaming", body["bone_overlap_cm3"], 0.05, "cm³")
    yield at_most(
        "overlap with the femur where it will stand", body["femur_overlap_planned_cm3"], 0.05, "cm³",
        f"{body['femur_overlap_as_scanned_cm3']:.2f} cm³ where it lies in the scan",
    )  # fmt: skip
    yield at_least(
        "smallest solid section, sacrum to pubis", body["least_solid_section_mm2"], LEAST_SECTION_MM2, "mm²",
        "ring unbroken; a house figure: 50 MPa under 2.5 times 800 N",
    )  # fmt: skip
    for host, share in body["contact_within_half_mm"].items():
        yield at_least(f"{host}: contact without a gap of 0.5 mm", 100 * share, 90.0, "%")
    if body["arcuate_deviation_mean_mm"] is not None:
        yield at_most("off the mirrored arcuate line, mean", body["arcuate_deviation_mean_mm"], 3.0, "mm")
        yield at_most("off the mirrored arcuate line, most", body["arcuate_deviation_max_mm"], 5.0, "mm")
    yield at_most(
        "free surface sharper than 2 mm of radius, or in flaps thinner than 4 mm", 100 * body["sharp_share"], 0.5, "%",
        "no 2 mm ball fits under it; contacts, screw holes and the bowl's mouth apart",
    )  # fmt: skip
    yield at_most("undercut on the straight way in", body["undercut_cm3"], 0.05, "cm³")
    yield at_least("notch face solid", 100 * body["notch_face_solid_share"], 99.5, "%")
    for screw, share in body["seat_metal_share"].items():
        yield at_least(f"screw {screw}: metal under its head", 100 * share, 90.0, "%", "of the ring around its hole")


def _screws(planned: Sequence[Screw], rules: ScrewSettings) -> Iterable[Check]:
    wanted = {"sacrum": rules.sacral, "pubis": rules.pubic, "ischium": rules.ischial}
    for host, count in wanted.items():
        found, least = sum(s.host == host for s in planned), min(count, LEAST_SCREWS[host])
        yield at_least(f"screws in the {host}", found, least, "", f"{count} asked for" if count > least else "")
    for s in planned:
        yield equals(f"screw {s.id}: broken rules", len(s.failed), 0, "; ".join(s.failed))
        lost = s.notes.get("unknown_tunnels", ())
        yield equals(f"screw {s.id}: old tunnels in its bone whose place is not known", len(lost), 0, _find(lost))
        yield at_least(f"screw {s.id}: bone left around it", s.clearance_cortex_mm, rules.cortex_mm, "mm")
        for what, gap in (
            ("old tunnels", s.clearance_tunnel_mm),
            ("other metal in the bone", s.notes.get("clearance_stray_mm")),
            ("other new screws", s.clearance_screw_mm),
        ):
            if gap is not None:
                yield at_least(f"screw {s.id}: clearance from {what}", gap, rules.clearance_mm, "mm")


def _find(lost: Sequence[int]) -> str:
    """What to do about old screws that have left the bone."""
    how = "find its channel in the CT, drop it ([[old_screws.edit]]) and add it there ([[old_screws.add]])"
    return f"old screw {', '.join(map(str, lost))}: {how}" if lost else ""
