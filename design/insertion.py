"""The straight way in: along which direction the implant is brought to its faces, and what stands in that way."""

from collections.abc import Sequence

import numpy as np

from hemipelvis.arrays import Array, Distances, Points, Vector, square_to, unit
from hemipelvis.errors import InputError
from hemipelvis.field import Field
from hemipelvis.plan import Interface
from hemipelvis.volume import Volume

TRAVEL_MM = 40.0
"""Length of the way that must be free: beyond it the implant is out of the wound's depth of bone."""
STEP_MM = 1.5
THINNED = 11
"""One node in so many is looked at: 10,000 of a body at 0.5 mm; 50 mm³ are then known to about 10 mm³."""
SPREAD_DEG, TURN_DEG = 48.0, 12.0
LEAST_COSINE = 0.45
"""Of the way to a face's inward normal (63°): flatter, a foot slides along its face, far through the bone beside it."""
WALL_STEP_MM = 2.0
TILT_SHARE = 0.01
"""Of the probes' caught share, what a way that only grazes a face must save against one square to it."""


def insertion_direction(
    interfaces: Sequence[Interface], bone: Field, room: Points, stated: Sequence[float] | None = None
) -> Vector:
    """Unit vector along which the implant moves into place: into every face, with the least bone in its way.

    bone: after reaming; room (n, 3): points of what the reamer cleared, which the implant's feet fill. Directions in
    rings about the mean inward normal are tried; of equal ones the squarest wins. Raises InputError for a stated
    direction that leaves a face from behind.
    """
    inward = -np.array([i.normal for i in interfaces])
    if stated is not None:
        return _checked(unit(stated), inward, interfaces)
    ways = _rings(unit(inward.sum(axis=0)), interfaces[0].axes)
    square = (ways @ inward.T).min(axis=1)
    ways, square = ways[square >= min(LEAST_COSINE, square.max())], square[square >= min(LEAST_COSINE, square.max())]
    probe = room[bone(room) >= 0]
    caught = np.array([(_way_in(bone, way, WALL_STEP_MM)(probe) < 0).mean() if len(probe) else 0.0 for way in ways])
    return np.asarray(ways[int(np.argmin(caught - TILT_SHARE * square))])


def _rings(middle: Vector, frame: Array) -> Array:
    """Unit vectors (n, 3) in rings about a middle one, up to `SPREAD_DEG` from it; they begin from a frame's axes."""
    first, second = square_to(middle, frame)
    out = [middle]
    for tilt in np.radians(np.arange(TURN_DEG, SPREAD_DEG + 1, TURN_DEG)):
        turns = np.arange(round(2 * np.pi * np.sin(tilt) / np.radians(TURN_DEG)))
        for turn in 2 * np.pi * turns / len(turns):
            out.append(np.cos(tilt) * middle + np.sin(tilt) * (np.cos(turn) * first + np.sin(turn) * second))
    return np.array(out)


def _checked(way: Vector, inward: Array, interfaces: Sequence[Interface]) -> Vector:
    for face, cosine in zip(interfaces, inward @ way, strict=True):
        if cosine <= 0:
            raise InputError(
                f"an insertion that moves away from the {face.host}'s face (cosine {cosine:.2f})",
                "a direction into every face, against its normal",
                "correct body.insertion, or leave it out",
            )
    return way


def shadow(bone: Field, way: Vector) -> Field:
    """All places that bone passes, seen from an implant that moves `TRAVEL_MM` along `way` into place: undercuts."""
    return _way_in(bone, way, STEP_MM)


def _way_in(bone: Field, way: Vector, step_mm: float) -> Field:
    def value(p: Points) -> Distances:
        least = bone(p)
        for t in np.arange(step_mm, TRAVEL_MM + step_mm / 2, step_mm):
            least = np.minimum(least, bone(p - t * way))
        return least

    return Field(value)


def undercut_mm3(envelope: Volume, bone: Field, way: Vector) -> float:
    """Volume of the body that meets bone on the way in, but not where it ends up."""
    points = envelope.points_where(envelope.voxels < 0)[::THINNED]
    caught = (_way_in(bone, way, WALL_STEP_MM)(points) < 0) & (bone(points) >= 0)
    return float(THINNED * caught.sum() * envelope.voxel_mm3)
