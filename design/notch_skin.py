"""The smooth solid skin over the face that looks to the sciatic notch: porous metal there would injure the nerve."""

import numpy as np

from hemipelvis.arrays import Distances, Point, Points
from hemipelvis.design.body_path import BodyPath
from hemipelvis.field import Field, union
from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.oval_sweep import position_on_path
from hemipelvis.settings import BodySettings

COVER_DEG = 80.0
"""Half angle of the face about the body's line that is covered, measured from the notch's direction."""
LAST_SHARE = 0.62
"""Share of the body's line, from the sacrum, along which it borders the notch."""
LEAST_PITCHES = 1.5
"""A skin one pitch thick may lie wholly between two layers of nodes; half as much more leaves metal under a face."""


def notch_centre(landmarks: Landmarks, side: Side) -> Point:
    """Middle of the greater sciatic notch: between spine of ischium and PIIS of the intact side, mirrored."""
    middle = (np.asarray(landmarks.paired("PIIS", side.other)) + np.asarray(landmarks.paired("IS", side.other))) / 2
    return landmarks.symmetry.mirror(middle)


def skin_region(path: BodyPath, landmarks: Landmarks, side: Side, inner: bool) -> Field:
    """Where the skin goes: the face at the notch and, when asked, the ring's inner (pelvic) face over its length."""
    notch = facing(path.centres, notch_centre(landmarks, side), LAST_SHARE)
    if not inner:
        return notch
    lines = [path.centres] if path.limb is None else [path.centres, path.limb.centres]
    return union([notch, *(facing(line, inlet_centre(landmarks), 1.0) for line in lines)])


def inlet_centre(landmarks: Landmarks) -> Point:
    """Middle of the pelvic inlet: of both arcuate lines."""
    return np.vstack([landmarks.arcuate(side) for side in Side]).mean(axis=0)


def notch_skin(envelope: Field, region: Field, settings: BodySettings) -> Field:
    """The skin of `notch_skin_mm` under the finished body's surface, where nerve and vessels pass.

    At least `LEAST_PITCHES` of the grid: a thinner one has holes.
    """
    return envelope.shell(max(settings.notch_skin_mm, LEAST_PITCHES * settings.pitch_mm)) & region


def facing(line: Points, centre: Point, last_share: float) -> Field:
    """Negative where a point lies on a centre's side of a line (m, 3), over a share of it from its start (mm)."""
    last = last_share * (len(line) - 1)
    step = float(np.linalg.norm(np.diff(line, axis=0), axis=1).mean())

    def value(p: Points) -> Distances:
        at = position_on_path(p, line)
        whole = np.minimum(at.astype(int), len(line) - 2)
        foot = line[whole] + (at - whole)[:, None] * (line[whole + 1] - line[whole])
        towards = centre - foot
        towards = towards / np.maximum(np.linalg.norm(towards, axis=1, keepdims=True), 1e-9)
        out = p - foot
        beside = np.linalg.norm(out, axis=1) * np.cos(np.radians(COVER_DEG)) - (out * towards).sum(axis=1)
        return np.maximum(beside, (at - last) * step)

    return Field(value)
