"""The dimensions of the demo patient's anatomy (`shapes.json`) and how they become solids.

The control points were placed by hand. Some follow published means: hip centre 14 %, 30 % and 19 % of the
inter-ASIS distance medial, inferior and posterior to the ASIS (Bell, "A comparison of the accuracy of several hip
center location prediction methods", 10.1016/0021-9290(90)90054-7); sacral slope 40° and pelvic incidence about 55°
(Legaye, "Pelvic incidence", 10.1007/s005860050038); cortex of the pelvis 1 to 3 mm (Dalstra, "Development and
validation of a three-dimensional finite element model of the pelvic bone", 10.1115/1.2794181); inclination and
anteversion in the radiographic definition (Murray, "The definition and measurement of acetabular orientation",
10.1302/0301-620X.75B2.8444942). The others are plausible, not measured: no statistics stand behind them.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from hemipelvis.arrays import Array, Vector
from hemipelvis.frames import Plane

MIDLINE = Plane((0, 0, 0), (1, 0, 0))  # type: ignore[arg-type]
"""The build frame's plane of symmetry."""


@cache
def shapes() -> dict[str, Any]:
    """All control points, by bone."""
    return dict(json.loads(Path(__file__).with_name("shapes.json").read_text(encoding="utf-8")))


def mirror(rows: Any) -> Array:
    """Rows of x, y, z, … with x turned to the other side."""
    table = np.array(rows, float)
    table[..., 0] *= -1
    return table


def opening(inclination_deg: float, anteversion_deg: float) -> Vector:
    """The unit vector out of a left cup's mouth, radiographic angles (Murray 1993), in the build frame."""
    i, a = np.radians([inclination_deg, anteversion_deg])
    return np.array([np.sin(i) * np.cos(a), -np.sin(a), -np.cos(i) * np.cos(a)])


def rotation(axis: Any, degrees: float) -> Array:
    """Rotation matrix about a unit axis (Rodrigues)."""
    x, y, z = axis
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]], float)
    t = np.radians(degrees)
    return np.eye(3) + np.sin(t) * k + (1 - np.cos(t)) * k @ k


def tilted(degrees: float) -> Array:
    """Axes (rows) turned about x so that the second points up and back: those of a sacral segment."""
    return rotation((1, 0, 0), degrees).T
