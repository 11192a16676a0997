"""Tables of the report from the values of the case."""

from collections.abc import Mapping, Sequence
from typing import Any

from hemipelvis.export.report import SectionOfReport, Table, number
from hemipelvis.frames import Side
from hemipelvis.hardware import Hardware
from hemipelvis.plan import CupPlan, Interface, Screw


def old_hardware(hardware: Hardware) -> SectionOfReport:
    """What the last operation left behind."""
    rows = [
        [
            s.id,
            s.host,
            "!broken" if s.broken else "intact",
            number(s.diameter_mm, 1, "mm"),
            len(s.pieces),
            f"{100 * s.confidence:.0f} %",
        ]
        for s in hardware.screws
    ]
    cup = hardware.cup
    text = (
        "No old cup was found."
        if cup is None
        else f"Old cup: radius {cup.radius_mm:.1f} mm, centre {_xyz(cup.centre)}."
    )
    return SectionOfReport(
        "Old hardware", text, [Table(["Screw", "Host", "State", "Diameter", "Pieces", "Confidence"], rows)]
    )


def measures(data: Mapping[str, Any], side: Side) -> SectionOfReport:
    """BWMA and CHD now and planned, in 3-D and in both views, on the actual film, and what tilt changes."""
    rows = []
    for state in ("now", "planned"):
        m = data.get(state)
        if m is None:
            continue
        rows.append(_measures_row(f"{state}, 3-D", m, side))
        rows += [_measures_row(f"{state}, {view}", m[view], side) for view in ("projected", "perspective") if view in m]
    if "radiograph" in data:
        rows.append(_measures_row("actual radiograph", data["radiograph"], side))
    for angle, views in (data.get("now") or {}).get("tilt", {}).items():
        rows.append(_measures_row(f"now, projected: change at {angle}° of tilt", views["projected"], side))
    head = ["", f"BWMA {side.value} (affected)", f"BWMA {side.other.value}", "CHD"]
    text = "CHD is negative where the affected centre stands higher. Tilt is positive where the inlet turns forward. "
    conventions = "; ".join(f"{k}: {v}" for k, v in data.get("conventions", {}).items() if isinstance(v, str))
    return SectionOfReport("Measures of the radiograph", text + conventions, [Table(head, rows)])


def _measures_row(name: str, m: Mapping[str, Any], side: Side) -> list[Any]:
    bwma = m["bwma_cm"]
    cells = [number(bwma.get(side.value), 2, "cm"), number(bwma.get(side.other.value), 2, "cm")]
    return [name, *cells, number(m["chd_mm"], 1, "mm")]


def cup(plan: CupPlan) -> SectionOfReport:
    """The new acetabulum."""
    rows = [
        ["rule", plan.rule],
        ["centre (LPS, mm)", _xyz(plan.centre)],
        ["anteversion / inclination", f"{plan.anteversion_deg:.1f}° / {plan.inclination_deg:.1f}° ({plan.definition})"],
        *_angle_rows(plan),
        ["liner / mantle / shell", f"{plan.liner_radius_mm:.1f} / {plan.mantle_mm:.1f} / {plan.shell_mm:.1f} mm"],
    ]
    rows += [[name, number(plan.notes.get(key), 1, "mm")] for name, key in CUP_NOTES if plan.notes.get(key) is not None]
    return SectionOfReport("Planned cup", "", [Table(["", ""], rows)])


CUP_NOTES = (
    ("the leg lengthens by", "lengthening_mm"),
    ("shell to femur", "femur_gap_mm"),
    ("from the place by the rule", "offset_from_rule_mm"),
)


def _angle_rows(plan: CupPlan) -> list[list[Any]]:
    """The same axis by all three definitions (Murray 1993), and the plane they refer to."""
    rows: list[list[Any]] = [
        [f"{name}: anteversion / inclination", f"{a['anteversion_deg']:.1f}° / {a['inclination_deg']:.1f}°"]
        for name, a in plan.notes.get("angles", {}).items()
    ]
    return [*rows, ["relative to", str(plan.notes.get("reference", ""))]]


def interfaces(planned: Sequence[Interface]) -> SectionOfReport:
    """The faces to ream."""
    rows = [
        [i.host, _xyz(i.point), number(i.contact_mm2 / 100, 1, "cm²"), number(i.reamed_mm3 / 1000, 1, "cm³"),
         number(i.notes.get("deepest_reaming_mm", i.reach_mm), 1, "mm")]
        for i in planned
    ]  # fmt: skip
    head = ["Host", "Centre (LPS, mm)", "Contact", "Reamed volume", "Deepest reaming"]
    return SectionOfReport("Interfaces", "", [Table(head, rows)])


def screws(planned: Sequence[Screw], runners_up: Mapping[str, Screw]) -> SectionOfReport:
    """The new screws with their clearances."""
    rows = [
        [s.id, s.host, number(s.diameter_mm, 1, "mm"), number(s.length_mm, 0, "mm"), number(s.purchase_mm, 0, "mm"),
         number(s.clearance_tunnel_mm, 1, "mm"), number(s.clearance_cortex_mm, 1, "mm"),
         number(s.clearance_screw_mm, 1, "mm"), number(s.purchase_hu, 0, "HU"), s.source,
         "!" + "; ".join(s.failed) if s.failed else "passed",
         number(runners_up[s.id].score, 2) if s.id in runners_up else "–"]
        for s in planned
    ]  # fmt: skip
    head = ["Id", "Host", "Diameter", "Length", "In bone", "To old tunnels", "To cortex", "To other screws",
            "Density", "Source", "Rules", "Runner-up's score"]  # fmt: skip
    text = "Order of fixation: pubis (and ischium) first, then the sacrum. Clearances are edge to edge."
    return SectionOfReport("New screws", text, [Table(head, rows)])


def figures(title: str, data: Mapping[str, Any]) -> SectionOfReport:
    """Any flat mapping of measures."""
    rows = [[k.replace("_", " "), _plain(v)] for k, v in data.items()]
    return SectionOfReport(title, "", [Table(["Measure", "Value"], rows)], folded=True)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_plain(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(v) for v in value)
    return str(value)


def _xyz(point: Any) -> str:
    return ", ".join(f"{float(c):.1f}" for c in point)
