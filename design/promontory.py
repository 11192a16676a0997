"""The sacral promontory and the centre of the sacral plateau, on the sacrum's own midline."""

import numpy as np
from scipy.spatial import ConvexHull

from hemipelvis.arrays import Array, Point, Points, unit
from hemipelvis.design.bone_surface import Bone
from hemipelvis.design.pelvic_points import HalfFrame
from hemipelvis.errors import InputError
from hemipelvis.frames import Plane

STRIP_MM = 6.0  # half-width of the midline strip: inside the body of S1, clear of its articular processes
OUT_OF_THE_PROMONTORY = (0.985, -0.174)  # forward, 10 degrees down, in the anterior pelvic plane's frame; any
# direction from 30 degrees down to 10 up moves the point by less than 1 mm
CAP_MM = 1.0
PLATEAU_NEAR_MM = 12.0  # the plateau's front lip lies within this of the promontory
STRAIGHT_MM = 1.5  # how far the lips of a plateau may stand proud of its chord
PLATEAU_MM = (15.0, 60.0)  # front-to-back depth of the plateau that passes for one (adults: about 25 to 40)


def sacral_points(sacrum: Bone, midline: Plane, frame: HalfFrame) -> dict[str, Point]:
    """SP, the foremost point of the plateau's lip, and SC, the plateau's middle, both on the sacrum's midline.

    The plateau is concave: the midline's convex hull bridges it from lip to lip. Raises InputError where none is found.
    """
    strip = sacrum.points[np.abs(midline.distance(sacrum.points)) < STRIP_MM]
    local = frame.local(strip)
    upper = local[:, 2] > local[:, 2].mean()  # a long coccyx may curl forward beyond the promontory
    reach = np.where(upper, local[:, 1:] @ unit(OUT_OF_THE_PROMONTORY), -np.inf)
    cap = strip[reach > reach.max() - CAP_MM].mean(axis=0)
    promontory = midline.project(cap)
    plateau = _plateau_middle(local, frame.local(promontory))
    return {"SP": promontory, "SC": midline.project(frame.world(plateau))}


def _plateau_middle(local: Points, promontory: Point) -> Point:
    flat = local[:, 1:]
    lips = _plateau_edge(flat, promontory[1:])
    middle, along = lips.mean(axis=0), unit(lips[1] - lips[0])
    out = np.array([-along[1], along[0]]) * np.sign(along[0] or 1.0)
    near = local[np.abs((flat - middle) @ along) < STRIP_MM / 2]
    height = near[:, 1:] @ out
    return near[height > height.max() - CAP_MM].mean(axis=0)


def _plateau_edge(flat: Points, promontory: Array) -> Array:
    """Ends (2, 2) of the longest nearly straight run of the hull up and back from the promontory."""
    outline = flat[ConvexHull(flat).vertices]  # anti-clockwise in (anterior, superior): up the front, then backwards
    starts = np.flatnonzero(np.linalg.norm(outline - promontory, axis=1) < PLATEAU_NEAR_MM)
    runs = [_straight_run(np.roll(outline, -start, axis=0)) for start in starts]
    longest = max((float(np.linalg.norm(run[1] - run[0])) for run in runs), default=0.0)
    if not PLATEAU_MM[0] < longest < PLATEAU_MM[1]:
        raise InputError(
            f"a sacrum whose upper end plate seems {longest:.0f} mm deep",
            f"a plateau of {PLATEAU_MM[0]:g} to {PLATEAU_MM[1]:g} mm behind the promontory",
            "separate the sacrum from L5 in the label map, or state SP and SC under [landmarks] points",
        )
    return max(runs, key=lambda run: float(np.linalg.norm(run[1] - run[0])))


def _straight_run(outline: Array) -> Array:
    """First vertex and the last one to which the chord leaves no vertex between further than the tolerance."""
    last = 1
    for end in range(2, len(outline)):
        chord = unit(outline[end] - outline[0])
        between = outline[1:end] - outline[0]
        if np.abs(between[:, 0] * chord[1] - between[:, 1] * chord[0]).max() > STRAIGHT_MM:
            break
        last = end
    return outline[[0, last]]
