"""What is true of the phantom, in world coordinates: the answer sheet that a run is judged by."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hemipelvis.arrays import Point, Vector, unit
from hemipelvis.frames import Side
from hemipelvis.phantom.old_screws import PhantomScrew
from hemipelvis.phantom.patient import PhantomPatient
from hemipelvis.phantom.shapes import shapes


def truth(patient: PhantomPatient) -> dict[str, Any]:
    """Landmarks and hip centres before the resection, hardware as it lies today; LPS mm.

    Build-frame names are those of a left-sided patient; they are turned to the patient's own sides here.
    """
    hip = np.array(shapes()["innominate"]["hip_centre"], float)
    axis = unit(patient.hardware.cup_opening @ patient.rotation.T)
    other = patient.world(hip * (-1, 1, 1))
    cup = patient.world(patient.hardware.cup_centre)
    low, low_other = (patient.world(p) for p in patient.ischia)
    normal = unit(patient.rotation @ (1, 0, 0)) * patient.side.sign
    middle = patient.world(np.zeros(3))
    return {
        "subject": f"phantom {patient.seed}",
        "affected": patient.side.value,
        "resection": patient.resection,
        "seed": patient.seed,
        "frame": "LPS mm",
        "cup_centre": cup,
        "cup_opening": axis,
        "head_centre_contralateral": other,
        "head_radius_contralateral": shapes()["femur"]["head_radius"],
        "native_centre_affected": patient.world(hip),
        "mirrored_contralateral_centre": patient.world(hip),
        "symmetry_normal": normal,
        "symmetry_point": middle,
        "landmarks": _landmarks(patient),
        "ischium_lowest_affected": low,
        "ischium_lowest_contralateral": low_other,
        "bwma_affected_mm": abs(float((cup - middle) @ normal)),
        "bwma_contralateral_mm": abs(float((other - middle) @ normal)),
        "chd_mm": cup_height_discrepancy(cup, other, low, low_other),
        "screws": [_screw(patient, s) for s in patient.hardware.screws],
    }


def cup_height_discrepancy(cup: Point, other: Point, low: Point, low_other: Point) -> float:
    """CHD in mm on the AP view (x and z), negative when the affected cup sits higher.

    Heights are perpendicular distances above the line through the lowest points of the ischia.
    """
    along = unit((low_other - low)[[0, 2]])
    up = np.array([-along[1], along[0]])
    up = up * np.sign(up[1])
    return float((other - cup)[[0, 2]] @ up)


def _landmarks(patient: PhantomPatient) -> Mapping[str, Point]:
    swap: dict[str, str] = {} if patient.side is Side.LEFT else {"L": "R", "R": "L"}
    names = {k: f"{k[:-1]}{swap.get(k[-1], k[-1])}" if k[-2] == "_" else k for k in patient.landmarks}
    return {names[k]: patient.world(p) for k, p in patient.landmarks.items()}


def _screw(patient: PhantomPatient, screw: PhantomScrew) -> dict[str, Any]:
    def at(point: Point | Vector) -> Point:
        return patient.world(point)

    return {
        "id": screw.id,
        "host": screw.host,
        "head0": at(screw.head0),
        "tip0": at(screw.tip0),
        "d": screw.diameter_mm,
        "broken": screw.broken,
        "state": screw.state,
        "halo_mm": screw.halo_mm,
        "frac": screw.break_at,
        "pieces": [[at(a), at(b)] for a, b in screw.pieces],
    }
