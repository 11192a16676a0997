"""The edge of the greater sciatic notch, between the lower posterior spine and the ischial spine."""

import numpy as np

from hemipelvis.arrays import Point, Points, unit
from hemipelvis.design.bone_surface import Bone
from hemipelvis.design.pelvic_points import HalfFrame
from hemipelvis.errors import InputError

STEP_MM = 2.0
CAP_MM = 1.0
ENDS_SHARE = 0.08  # of the chord at either end belong to the spines themselves
LEAST_STEPS = 6


def sciatic_notch(hip: Bone, frame: HalfFrame, upper: Point, spine: Point) -> tuple[Points, Point]:
    """The edge (n, 3) LPS mm from the lower posterior spine `upper` to the ischial `spine`, and its deepest point.

    Seen from the side the notch is a bay in the bone's posterior border: at every step along the chord its edge is the
    bone's rearmost point, and its apex the edge point furthest from the chord. Raises InputError where there is no bay.
    """
    local, start, end = frame.local(hip.points), frame.local(upper), frame.local(spine)
    along = unit((end - start) * [0, 1, 1])
    rear = np.array([0.0, -along[2], along[1]])
    rear = rear * -np.sign(rear[1])  # towards the sacrum
    position, reach = (local - start) @ along, (local - start) @ rear
    length = float((end - start) @ along)
    edge = []
    for s in np.arange(ENDS_SHARE * length, (1 - ENDS_SHARE) * length, STEP_MM):
        here = np.flatnonzero(np.abs(position - s) < STEP_MM / 2)
        if len(here):
            edge.append(local[here[reach[here] > reach[here].max() - CAP_MM]].mean(axis=0))
    if len(edge) < LEAST_STEPS:
        raise InputError(
            "an innominate bone without a sciatic notch between its lower posterior and ischial spines",
            "both spines, and the bay between them",
            "correct the label map, or state PIIS and IS of the intact side under [landmarks] points",
        )
    bay = np.array(edge)
    apex = bay[int(np.argmin((bay - start) @ rear))]
    return frame.world(np.vstack([start, bay, end])), frame.world(apex)
