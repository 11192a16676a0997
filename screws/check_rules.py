"""The rules a screw breaks, each with its figure. An engineer's screw is told so, never moved."""

from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import Screw
from hemipelvis.screws.pelvic_axes import rise_deg
from hemipelvis.screws.score import LEAST_RISE_DEG
from hemipelvis.settings import ScrewSettings

ROUNDING_MM = 1e-6


def broken_rules(screw: Screw, settings: ScrewSettings, landmarks: Landmarks) -> tuple[str, ...]:
    """Every rule the screw breaks, in words with figures."""
    nerve, way = screw.notes.get("clearance_nerve_mm"), screw.notes.get("driver_free_mm")
    sure = screw.notes.get("clearance_tunnel_sure_mm")
    limits = (
        ("from an old tunnel or piece", screw.clearance_tunnel_mm, settings.clearance_mm, "mm"),
        ("surely from an old tunnel or piece", sure, settings.clearance_mm, "mm"),
        ("from other metal in the bone", screw.notes.get("clearance_stray_mm"), settings.clearance_mm, "mm"),
        ("from another new screw", screw.clearance_screw_mm, settings.clearance_mm, "mm"),
        ("of bone around the thread", screw.clearance_cortex_mm, settings.cortex_mm, "mm"),
        ("from canal or foramina", nerve, settings.neural_mm, "mm"),
        ("in bone", screw.purchase_mm, settings.min_length_mm, "mm"),
        ("free for the driver", way, settings.driver_reach_mm, "mm"),
        ("rise", rise_deg(screw.direction, landmarks) if screw.host == "sacrum" else None, LEAST_RISE_DEG, "deg"),
    )
    broken = [
        f"{value:.1f} {unit} {what}, at least {limit:.1f} wanted"
        for what, value, limit, unit in limits
        if value is not None and value < limit - ROUNDING_MM
    ]
    if screw.length_mm > settings.max_length_mm + ROUNDING_MM:
        broken.append(f"{screw.length_mm:.1f} mm long, at most {settings.max_length_mm:.1f} wanted")
    return tuple(broken)
