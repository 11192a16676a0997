"""BWMA and CHD, the two numbers by which a hip's reconstruction is judged on the AP view.

BWMA, body weight moment arm: distance of each rotation centre from the symmetry plane (axis), cm. CHD, cup height
discrepancy: difference of the distances of both centres from the line through the ischial tuberosities, mm, negative
when the affected centre is higher.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from hemipelvis.arrays import Array, Point, unit
from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.jsonable import to_json
from hemipelvis.landmarks import Landmarks

SOURCE_IMAGE_MM = (
    1150.0  # usual source-to-image distance of an AP pelvis (1.0-1.2 m; Clohisy et al., JBJS Am 2008; 90 S4)
)
OBJECT_DETECTOR_MM = 100.0  # hip centres of a supine adult in front of the detector; magnification 1150/1050 = 1.095
TILTS_DEG = (-10.0, 10.0)

Projection: TypeAlias = Callable[[Array], Array]


@dataclass(frozen=True)
class View:
    """BWMA by side (cm) and CHD (mm) in one view."""

    bwma_cm: Mapping[str, float]
    chd_mm: float


@dataclass(frozen=True)
class Measurements:
    """BWMA and CHD of one state.

    bwma_cm: 3-D distances from the symmetry plane; chd_mm: heights over the inter-ischial line in the scanner's
    coronal plane. projected: both on an orthographic AP view, BWMA from the projected symmetry axis; perspective: on
    a view from a point source, divided by the magnification at the hips. tilt: by "-10" and "+10" degrees of pelvic
    tilt (positive: the inlet turns forward), how much projected and perspective values change.
    """

    bwma_cm: Mapping[str, float]
    chd_mm: float
    projected: View
    perspective: View
    tilt: Mapping[str, Mapping[str, View]]


@dataclass(frozen=True)
class _Marks:
    """Points (6, 3) in the order: left and right centre, left and right ischium, upper and lower end of the axis."""

    points: Array
    side: Side


def measure(landmarks: Landmarks, cup_centre: Point, side: Side) -> Measurements:
    """Both numbers with the affected rotation centre at `cup_centre` (LPS mm).

    Raises InputError where the landmarks lack the intact centre, an ischium, the promontory or the intact tubercle.
    """
    marks = _marks(landmarks, np.asarray(cup_centre, float), side)
    flat = _view(marks, _orthographic)
    arms = np.abs(landmarks.symmetry.distance(marks.points[:2])) / 10
    return Measurements(
        bwma_cm={"left": float(arms[0]), "right": float(arms[1])},
        chd_mm=flat.chd_mm,
        projected=flat,
        perspective=_view(marks, _perspective),
        tilt={f"{angle:+g}": _moved_by_tilt(marks, landmarks, angle) for angle in TILTS_DEG},
    )


def measurements_report(landmarks: Landmarks, planned_centre: Point, side: Side) -> dict[str, Any]:
    """The content of `planning/measurements.json`: now (old cup), planned (new cup) and the conventions."""
    old = landmarks.points.get(f"hip_centre_{side.letter}")
    if old is None:
        raise InputError(
            f"no centre of the old {side} cup",
            "the old cup found in the scan, or stated",
            f"state hip_centre_{side.letter} under [landmarks] points, or cup_centre under [old_screws]",
        )
    now, planned = measure(landmarks, old, side), measure(landmarks, planned_centre, side)
    return {"now": to_json(now), "planned": to_json(planned), "affected": side.value, "conventions": CONVENTIONS}


CONVENTIONS: Mapping[str, Any] = {
    "bwma_cm": "distance of each rotation centre from the symmetry plane, in 3-D, cm",
    "chd_mm": "distance of the intact centre minus that of the affected centre from the line through the lowest points "
    "of both ischial tuberosities, in the scanner's coronal plane, caudal to cranial, mm: negative when the affected "
    "centre is higher",
    "projected": "orthographic AP view along the scanner's anteroposterior axis; symmetry axis through the projected "
    "promontory and symphysis (both brought to the symmetry plane)",
    "perspective": "AP view from a point source in front of the middle of both hip centres, divided by the "
    "magnification at their depth",
    "source_image_mm": SOURCE_IMAGE_MM,
    "object_detector_mm": OBJECT_DETECTOR_MM,
    "magnification": SOURCE_IMAGE_MM / (SOURCE_IMAGE_MM - OBJECT_DETECTOR_MM),
    "radiograph": "the same on an actual film, from points the engineer set; scale: pixel size over magnification",
    "tilt": "change of each value when the pelvis turns about the transverse axis by the stated degrees; positive: "
    "its upper end comes forward",
}


def height_over_ischia(landmarks: Landmarks, point: Any) -> float:
    """Height (mm) of a point over the inter-ischial line, on the AP view (scanner's coronal plane)."""
    left, right = (landmarks.points[f"ischium_{letter}"][[0, 2]] for letter in "LR")
    return _height(np.asarray(point, float)[[0, 2]], left, right)


def rise_over_ischia(landmarks: Landmarks) -> Array:
    """The unit direction (LPS) in which that height grows."""
    along = landmarks.points["ischium_L"] - landmarks.points["ischium_R"]
    return unit(np.array([-along[2], 0.0, along[0]])) * np.sign(along[0])


def _height(point: Array, left: Array, right: Array) -> float:
    along = unit(left - right)
    return float((point - right) @ np.array([-along[1], along[0]]) * np.sign(along[0]))


def _marks(landmarks: Landmarks, cup_centre: Point, side: Side) -> _Marks:
    points = landmarks.points
    needed = [f"hip_centre_{side.other.letter}", "ischium_L", "ischium_R", "SP", f"PT_{side.other.letter}"]
    missing = [name for name in needed if name not in points]
    if missing:
        raise InputError(
            f"landmarks without {', '.join(missing)}",
            "these landmarks to measure BWMA and CHD",
            "state them under [landmarks] points",
        )
    intact = points[needed[0]]
    centres = [cup_centre, intact] if side is Side.LEFT else [intact, cup_centre]
    axis = [landmarks.symmetry.project(points[name]) for name in needed[3:]]
    return _Marks(np.vstack([*centres, points["ischium_L"], points["ischium_R"], *axis]), side)


def _orthographic(points: Array) -> Array:
    """(n, 2): to the patient's left, up."""
    return points[:, [0, 2]]


def _perspective(points: Array) -> Array:
    """The same seen from a point source in front (−y) of the hips' middle, scaled to size at their depth."""
    middle = points[:2].mean(axis=0)
    source_object = SOURCE_IMAGE_MM - OBJECT_DETECTOR_MM
    depth = source_object + points[:, 1] - middle[1]
    return (points - middle)[:, [0, 2]] * (source_object / depth)[:, None]


def _view(marks: _Marks, project: Projection) -> View:
    return view_of(project(marks.points), marks.side)


def view_of(points: Array, side: Side) -> View:
    """BWMA and CHD from flat points (6, 2), mm, to the patient's left and up: left and right centre, left and right
    ischium, upper and lower end of the symmetry axis; `side` is the affected one."""
    left, right, ischium_left, ischium_right, upper, lower = points
    across = unit(upper - lower)
    arm = [abs(float((p - lower) @ np.array([across[1], -across[0]]))) / 10 for p in (left, right)]
    heights = [_height(p, ischium_left, ischium_right) for p in (left, right)]
    chd = (heights[1] - heights[0]) * side.sign
    return View({"left": arm[0], "right": arm[1]}, chd)


def _moved_by_tilt(marks: _Marks, landmarks: Landmarks, angle_deg: float) -> dict[str, View]:
    turned = _Marks(_tilted(marks.points, landmarks.symmetry.normal, angle_deg), marks.side)
    views = {"projected": _orthographic, "perspective": _perspective}
    return {name: _difference(_view(turned, view), _view(marks, view)) for name, view in views.items()}


def _difference(a: View, b: View) -> View:
    return View({s: a.bwma_cm[s] - b.bwma_cm[s] for s in a.bwma_cm}, a.chd_mm - b.chd_mm)


def _tilted(points: Array, transverse: Array, angle_deg: float) -> Array:
    """Turned about the transverse axis (to the left): with a positive angle the upper end comes forward (Rodrigues)."""
    middle, a = points.mean(axis=0), np.radians(angle_deg)
    p = points - middle
    turned = p * np.cos(a) + np.cross(transverse, p) * np.sin(a)
    return turned + np.outer(p @ transverse, transverse) * (1 - np.cos(a)) + middle
