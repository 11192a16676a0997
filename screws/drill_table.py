"""What the surgeon reads off: where, which way, how deep, how thick, in which order."""

from collections.abc import Sequence
from dataclasses import dataclass

from hemipelvis.arrays import Point
from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import Host, Screw
from hemipelvis.screws.pelvic_axes import forward_deg, rise_deg

ORDER: tuple[Host, ...] = ("pubis", "ischium", "sacrum")  # the series fixes the pubis (and ischium) first


@dataclass(frozen=True)
class DrillRow:
    """One screw: entry (LPS mm, underside of the head), angles in the pelvic frame, depths from the entry.

    rise_deg: above the pelvis's horizontal plane; forward_deg: forward of straight-medial, seen from above.
    """

    order: int
    id: str
    host: Host
    entry: Point
    rise_deg: float
    forward_deg: float
    length_mm: float
    purchase_mm: float
    diameter_mm: float


def drill_table(screws: Sequence[Screw], landmarks: Landmarks, side: Side) -> tuple[DrillRow, ...]:
    """Rows in the order of fixation: pubis, ischium, sacrum."""
    ordered = sorted(screws, key=lambda s: ORDER.index(s.host))
    return tuple(
        DrillRow(
            n, s.id, s.host, s.entry, rise_deg(s.direction, landmarks), forward_deg(s.direction, landmarks, side),
            s.length_mm, s.purchase_mm, s.diameter_mm,
        )
        for n, s in enumerate(ordered, 1)
    )  # fmt: skip
