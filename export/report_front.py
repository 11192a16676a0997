"""The first page of the report: the few figures that matter, and what a person must confirm."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hemipelvis.export.slice_picture import COLOURS, GUESS
from hemipelvis.export.slice_stack import IMPLANT, SCREW
from hemipelvis.frames import Side
from hemipelvis.hardware import Hardware
from hemipelvis.plan import CupPlan, Interface, Screw


def summary(
    measures: Mapping[str, Any], hardware: Hardware, cup: CupPlan, planned: Sequence[Screw], build: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Name and value of what a surgeon asks first."""
    now, after = measures["now"], measures["planned"]
    side = Side(measures["affected"])
    broken = sum(s.broken for s in hardware.screws)
    clear = [s.clearance_tunnel_mm for s in planned if s.clearance_tunnel_mm is not None]
    return [
        ("CHD now → planned", f"{now['chd_mm']:.1f} → {after['chd_mm'] + 0.0:.1f} mm".replace("-0.0", "0.0")),
        ("BWMA affected, now → planned", f"{now['bwma_cm'][side]:.1f} → {after['bwma_cm'][side]:.1f} cm"),
        ("BWMA of the other side", f"{now['bwma_cm'][side.other]:.1f} cm"),
        ("old screws, of these broken", f"{len(hardware.screws)}, {broken}"),
        ("cup: anteversion / inclination", f"{cup.anteversion_deg:.0f}° / {cup.inclination_deg:.0f}°"),
        ("rule of the cup's height", cup.rule),
        ("new screws", ", ".join(f"{n} {h}" for h, n in _counts(planned).items()) or "none"),
        ("least clearance to old tunnels", f"{min(clear):.1f} mm" if clear else "–"),
        ("mass in Ti-6Al-4V", f"{build['mass_g']:.0f} g"),
    ]


def _counts(planned: Sequence[Screw]) -> dict[str, int]:
    return {h: n for h in ("sacrum", "pubis", "ischium") if (n := sum(s.host == h for s in planned))}


def to_confirm(
    side: Side, hardware: Hardware, cup: CupPlan, planned: Sequence[Screw], faces: Sequence[Interface]
) -> list[str]:
    """What the program cannot answer for, as sentences to tick."""
    return list(_to_confirm(side, hardware, cup, planned, faces))


def _to_confirm(
    side: Side, hardware: Hardware, cup: CupPlan, planned: Sequence[Screw], faces: Sequence[Interface]
) -> Iterator[str]:
    yield f"The affected side is the patient's {side.value.upper()}, on every picture and in the mark on the part."
    broken = [str(s.id) for s in hardware.screws if s.broken]
    told = f"broken: {', '.join(broken)}" if broken else "none broken"
    yield f"{len(hardware.screws)} old screws are all there are ({told}); each was compared with the radiograph."
    yield "The outlines follow bone in the CT, above all near metal, at the sacral canal and at the foramina."
    for s in planned:
        gap = "none near" if s.clearance_tunnel_mm is None else f"{s.clearance_tunnel_mm:.1f} mm from old tunnels"
        yield (
            f"Screw {s.id} ({s.host}, {s.diameter_mm:g} × {s.length_mm:.0f} mm): followed through the CT from entry to"
            f" tip; {gap}, {s.clearance_cortex_mm:.1f} mm of bone around it."
        )
    yield (
        f"Cup by the rule “{cup.rule}”, anteversion {cup.anteversion_deg:.0f}°, inclination {cup.inclination_deg:.0f}°"
        f" ({cup.definition}); liner of {2 * cup.liner_radius_mm:.0f} mm outside with {cup.mantle_mm:g} mm of cement."
    )
    for i in faces:
        deepest = i.notes.get("deepest_reaming_mm", i.reach_mm)
        yield f"Reaming at the {i.host}: {i.reamed_mm3 / 1000:.1f} cm³, {deepest:.1f} mm at the deepest."
    yield "The smooth face at the sciatic notch lies where the nerve runs."
    yield "Strength, fatigue and fixation were judged by other means: nothing here computes them."
    yield "The trial model was tried on the bone models."


def legend() -> list[tuple[str, str]]:
    """Name and colour of every outline on the CT."""
    names = [(key.name.replace("_", " ").lower(), colour) for key, colour in _named()]
    return [
        (n, f"rgb{c}")
        for n, c in [*names, ("bone guessed", GUESS), ("planned implant", IMPLANT), ("new screws", SCREW)]
    ]


def _named() -> list[tuple[Any, tuple[int, int, int]]]:
    return list(COLOURS.items())
