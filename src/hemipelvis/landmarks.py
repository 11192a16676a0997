"""Landmarks of the pelvis, by name, with the symmetry plane and the arcuate lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from hemipelvis.arrays import Point, Points
from hemipelvis.frames import PelvicFrame, Plane, Side, pelvic_frame
from hemipelvis.jsonable import from_json, to_json
from hemipelvis.pelvic_shapes import Acetabulum, Auricular, Vestibule

PAIRED = ("ASIS", "AIIS", "PT", "PSIS", "PIIS", "IS", "hip_centre", "ischium", "IT", "notch")
MEDIAN = ("SP", "SC", "symphysis")

Shape: TypeAlias = Acetabulum | Auricular | Vestibule
SHAPES: Mapping[str, type[Shape]] = {"acetabulum": Acetabulum, "auricular": Auricular, "vestibule": Vestibule}


@dataclass(frozen=True)
class Landmarks:
    """points: name → (3,) LPS mm, where the bone survives; polylines: name → (n, 3).

    Names: ASIS, AIIS, PT (pubic tubercle), PSIS, PIIS, IS (ischial spine), IT (ischial tuberosity, lowest in the
    pelvis's own frame), ischium (its lowest point along the scanner's axis, as a radiograph shows it), notch (apex of
    the sciatic notch), hip_centre with _L/_R; SP (promontory), SC (centre of the sacral plateau), symphysis.
    Polylines: arcuate_L, arcuate_R from the sacroiliac joint to the pubic tubercle; the affected one is the mirror
    image of the intact one; sciatic_notch_X from PIIS to IS, sacral_axis from SC down. Shapes, by name and side:
    acetabulum (native), auricular (the sacroiliac joint's face), vestibule.
    On the affected side hip_centre is the old cup's centre. radii_mm: hip_centre_X → femoral head or cup radius.
    """

    points: Mapping[str, Point]
    polylines: Mapping[str, Points]
    symmetry: Plane
    radii_mm: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    shapes: Mapping[str, Shape] = field(default_factory=dict)

    def paired(self, name: str, side: Side) -> Point:
        """A paired landmark; KeyError where the bone does not survive."""
        return self.points[f"{name}_{side.letter}"]

    def arcuate(self, side: Side) -> Points:
        """The arcuate line of a side, (n, 3), from the sacroiliac joint to the pubic tubercle."""
        return self.polylines[f"arcuate_{side.letter}"]

    def frame(self) -> PelvicFrame:
        """The pelvic frame."""
        return pelvic_frame(self.symmetry, self.points["ischium_L"], self.points["ischium_R"])

    def to_json(self) -> dict[str, Any]:
        """As in `planning/landmarks.json`: points, polylines and shapes side by side, by name."""
        both: dict[str, Any] = {**self.points, **self.polylines, **self.shapes}
        rest = {"symmetry": self.symmetry, "radii_mm": self.radii_mm, "warnings": self.warnings}
        return {**{name: to_json(both[name]) for name in sorted(both)}, **to_json(rest)}


def landmarks_from_json(data: Mapping[str, Any]) -> Landmarks:
    """The reverse of `Landmarks.to_json`."""
    rest = ("symmetry", "radii_mm", "warnings")
    there = {k: v for k, v in data.items() if k not in rest and v is not None}
    arrays = {k: np.array(v, float) for k, v in there.items() if not isinstance(v, Mapping)}
    shapes = {k: from_json(SHAPES[k[:-2]], v) for k, v in there.items() if isinstance(v, Mapping) and k[:-2] in SHAPES}
    return Landmarks(
        {k: v for k, v in arrays.items() if v.ndim == 1},
        {k: v for k, v in arrays.items() if v.ndim == 2},
        from_json(Plane, data["symmetry"]),
        data.get("radii_mm", {}),
        tuple(data.get("warnings", ())),
        shapes,
    )
