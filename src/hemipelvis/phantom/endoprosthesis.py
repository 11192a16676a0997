"""The modular hemipelvic endoprosthesis of the demo patient after its migration, in the build frame (affected: left).

A block on the sacral cut, two rods, a cup with liner, head and stem and, where the pubis was kept, a rod and plate on
it. Block and cup module have each moved as a rigid body; the junctions of the rods have given way between them.
"""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array, Point, Points, Vector, unit
from hemipelvis.field import Field, box, half_space, sphere, union
from hemipelvis.frames import Plane
from hemipelvis.phantom.chain import chain
from hemipelvis.phantom.old_screws import Move, PhantomScrew, State, screw
from hemipelvis.phantom.resection import SACRAL_CUT, Resection
from hemipelvis.phantom.shapes import opening, rotation, shapes

SHELL_MM, LINER_MM, HEAD_MM = 27.0, 23.0, 14.0
"""Outer radii of shell, liner and ball."""
POST_CUP = np.array([86.0, 0, 3])
"""Rotation centre after the first operation."""
BLOCK_AXES = np.vstack([SACRAL_CUT.normal, np.cross((0, -0.55, 0.835), SACRAL_CUT.normal), (0, -0.55, 0.835)])
PLATE_CENTRE = np.array([27.0, -37, -9.5])
SACRAL_SCREW, PUBIC_SCREW = (43.0, 6.5), (24.0, 4.5)
"""Length and diameter."""


@dataclass(frozen=True)
class Migration:
    """How block and cup module have moved since the operation: build-frame motions of points (n, 3)."""

    block: Move
    cup: Move


@dataclass(frozen=True)
class Endoprosthesis:
    """Solids by material (build frame), the screws, and the cup today."""

    titanium: Field
    cobalt_chromium: Field
    polyethylene: Field
    screws: tuple[PhantomScrew, ...]
    cup_centre: Point
    cup_opening: Vector

    @property
    def metal(self) -> Field:
        """All metal but the screws."""
        return self.titanium | self.cobalt_chromium


def migration(rng: np.random.Generator) -> Migration:
    """The block rocks by a few degrees about its upper screws; the cup goes up, back and towards the midline."""
    pivot = SACRAL_CUT.point + 12 * BLOCK_AXES[2]
    tilt = rotation(unit((0.2, 1, 0.1)), -rng.uniform(2.0, 4.0))
    rise, medial, back = rng.uniform(9, 17), rng.uniform(5, 10), rng.uniform(0, 4)
    turn = rotation(unit((0.3, 0.9, 0.2)), -rng.uniform(4, 9))
    return Migration(
        lambda p: (np.asarray(p) - pivot) @ tilt.T + pivot + (0.8, 0.0, 0.6),
        lambda p: (np.asarray(p) - POST_CUP) @ turn.T + POST_CUP + (-medial, back, rise),
    )


def endoprosthesis(resection: Resection, move: Migration, rng: np.random.Generator) -> Endoprosthesis:
    """All hardware of one patient as it lies today."""
    centre = move.cup(POST_CUP[None])[0]
    axis = unit(move.cup((POST_CUP + opening(45, 15))[None])[0] - centre)
    pubic = resection == "I+II"
    frame = [_block(move), *_rods(move, centre, axis), _shell(centre, axis), _stem(centre)]
    if pubic:
        frame += _pubic_arm(move, centre, axis)
    ball = sphere(centre, HEAD_MM)
    liner = _bowl(centre, axis, LINER_MM - 0.2, HEAD_MM + 0.2)
    screws = _sacral_screws(move, rng) + (_pubic_screws(move, rng) if pubic else ())
    return Endoprosthesis(union(frame) - ball, ball, liner - _stem(centre).offset(0.3), screws, centre, axis)


def stem_offset(centre: Point) -> Array:
    """How far the affected femur has gone with the cup."""
    return centre - np.array(shapes()["innominate"]["hip_centre"], float)


def _block(move: Migration) -> Field:
    """The sacral block, standing on the cut surface before it moved."""
    corners = move.block(np.vstack([np.zeros(3), BLOCK_AXES]))
    axes = corners[1:] - corners[0]
    centre = move.block((SACRAL_CUT.point + 8.2 * SACRAL_CUT.normal)[None])[0]
    return box(centre, (7.5, 14, 22), axes, 2.0)


def _rods(move: Migration, centre: Point, axis: Vector) -> list[Field]:
    """Two rods from the block to a saddle behind the cup."""
    saddle = centre - (SHELL_MM + 3) * axis
    starts = SACRAL_CUT.point + 9 * BLOCK_AXES[0] - 16 * BLOCK_AXES[2] + np.outer((7, -7), BLOCK_AXES[1])
    across = unit(np.cross(axis, BLOCK_AXES[2]))
    ends = saddle + np.outer((6, -6), across)
    return [_rod(a, b, 5.5) for a, b in zip(move.block(starts), ends, strict=True)] + [
        sphere(saddle, 10.0) - sphere(centre, SHELL_MM)
    ]


def _rod(start: Point, end: Point, radius: float, end_radius: float | None = None) -> Field:
    return chain([[*start, radius], [*end, radius if end_radius is None else end_radius]])


def _shell(centre: Point, axis: Vector) -> Field:
    return _bowl(centre, axis, SHELL_MM, LINER_MM)


def _bowl(centre: Point, axis: Vector, outer: float, inner: float) -> Field:
    """A hemispherical bowl, open along the axis."""
    half = sphere(centre, outer) & half_space(Plane(centre + 1.0 * axis, axis))
    return half - sphere(centre, inner)


def _stem(centre: Point) -> Field:
    """Neck and stem of the femoral component, down the canal."""
    rows = np.array(
        [[0, 0, 0, 5.5], [20, 3, -17, 6], [33, 8.5, -36, 8], [33, 9, -62, 6.3], [32, 8, -85, 6.0], [30, 7, -140, 5.5]]
    )
    return chain(np.column_stack([rows[:, :3] + centre, rows[:, 3]]))


def _pubic_arm(move: Migration, centre: Point, axis: Vector) -> list[Field]:
    """A plate on the superior ramus and the rod that joins it to the shell."""
    corners = move.cup(np.vstack([PLATE_CENTRE, PLATE_CENTRE + np.eye(3)]))
    plate = box(corners[0], (13, 5.5, 1.8), corners[1:] - corners[0], 1.0)
    end = move.cup((PLATE_CENTRE + np.array([11, 0, 0]))[None])[0]
    start = centre + (SHELL_MM - 1) * unit(end - centre - ((end - centre) @ axis + 6) * axis)
    return [plate, _rod(start, end, 4.5, 4.0) - sphere(centre, LINER_MM)]


def _sacral_screws(move: Migration, rng: np.random.Generator) -> tuple[PhantomScrew, ...]:
    """Four from the block into the ala: one holds, one is loose, two are broken."""
    states: list[State] = ["holding", *rng.permutation(["broken", "broken", "loosened"]).tolist()]
    heads: Points = SACRAL_CUT.point + np.array(
        [3 * BLOCK_AXES[0] + a * BLOCK_AXES[1] + b * BLOCK_AXES[2] for a, b in ((5, 9), (-6, 10), (6, -9), (-4, -10))]
    )
    screws = []
    for n, (head, state) in enumerate(zip(heads, states, strict=True)):
        direction = -SACRAL_CUT.normal + rng.uniform(-0.06, 0.06, 3)
        screws.append(screw(n + 1, "sacrum", head, direction, SACRAL_SCREW, state, move.block, rng))
    return tuple(screws)


def _pubic_screws(move: Migration, rng: np.random.Generator) -> tuple[PhantomScrew, ...]:
    """Two from the plate down into the body of the pubis: one pulled out with the plate, one broken."""
    states: list[State] = rng.permutation(["broken", "loosened"]).tolist()
    screws = []
    for n, (x, state) in enumerate(zip((5.0, -6.0), states, strict=True)):
        direction = np.array([-0.3, 0.22, -0.93]) + rng.uniform(-0.05, 0.05, 3)
        screws.append(
            screw(n + 5, "pubis", PLATE_CENTRE + np.array([x, 0, 1]), direction, PUBIC_SCREW, state, move.cup, rng)
        )
    return tuple(screws)


def cut_neck(centre: Point) -> Field:
    """What the femoral neck cut leaves: all below a plane across the neck."""
    return half_space(Plane(centre + np.array([21, 3, -16]), unit(np.array([-0.77, -0.1, 0.64]))))
