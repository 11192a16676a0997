"""What the tumour operation took away, and the sclerotic bone that grew at its cut surfaces."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hemipelvis.field import Field, half_space
from hemipelvis.frames import Plane

Resection = Literal["I+II", "I+II+III"]
SCLEROSIS_MM = 5.0

SACRAL_CUT = Plane(np.array([50.0, 51, 75]), np.array([0.98, 0.13, -0.1]))
"""Through the left ala, just medial of the sacroiliac joint; the normal points to what was removed."""
PUBIC_CUT = Plane(np.array([42.0, -37, -5]), np.array([0.85, 0.3, 0.42]))
"""Across the left superior ramus."""
ISCHIAL_CUT = Plane(np.array([66.0, 24, -32]), np.array([0.3, 0.0, 0.95]))
"""Across the left ischium, below the acetabulum."""


@dataclass(frozen=True)
class Remnants:
    """What is left of the affected side's bones, and where they are sclerotic. `hip` is None after I+II+III."""

    sacrum: Field
    hip: Field | None
    sclerosis: Field


def resect(sacrum: Field, hip: Field, resection: Resection) -> Remnants:
    """Cut sacrum and left innominate bone as the resection type says (Enneking and Dunham 1978)."""
    kept_sacrum = sacrum.smooth_intersection(half_space(SACRAL_CUT) | _right_half(), 1.5)
    removed_side = _near(SACRAL_CUT) - _right_half()
    if resection == "I+II+III":
        return Remnants(kept_sacrum, None, removed_side)
    kept = (half_space(PUBIC_CUT) & _below(6.0)) | (half_space(ISCHIAL_CUT) & _below(-28.0))
    stumps = (_near(PUBIC_CUT) - _below(-24.0)) | (_near(ISCHIAL_CUT) - half_space(PUBIC_CUT))
    return Remnants(kept_sacrum, hip.smooth_intersection(kept, 1.5), removed_side | stumps)


def _near(cut: Plane) -> Field:
    """The layer of SCLEROSIS_MM on the kept side of a cut."""
    return Field(lambda p: np.abs(cut.distance(p)) - SCLEROSIS_MM)


def _right_half() -> Field:
    return half_space(Plane(np.zeros(3), np.array([1.0, 0, 0])))


def _below(height_mm: float) -> Field:
    return half_space(Plane(np.array([0.0, 0, height_mm]), np.array([0.0, 0, 1])))
