"""What becomes of every old screw: out by its head or stump, or left with its tail cut flush; in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from hemipelvis.arrays import Point, frozen
from hemipelvis.plan import Interface
from hemipelvis.screws.old_tunnels import OldTunnel, Rod

Action: TypeAlias = Literal["unscrew", "extract", "cut flush", "leave"]
ORDER: tuple[Action, ...] = ("unscrew", "extract", "cut flush", "leave")
"""Whole ones first, for they hold the endoprosthesis; stumps when it is out; tails last, before reaming."""
GRIP_MM = 10.0
"""Of stump that pliers or an extraction bolt need to hold. House figure; the surgeon may think otherwise."""
ASIDE_MM = 10.0
"""Beyond the contact's rim a stump still ends under the implant."""


@dataclass(frozen=True)
class Retrieval:
    """One old screw's fate. order: 1 is first. tail_mm: of a broken one's deepest piece out of the reamed face;
    cut_at: where that passes the face (None where it stands out of none).
    """

    id: int
    host: str
    action: Action
    order: int
    tail_mm: float
    cut_at: Point | None

    def __post_init__(self) -> None:
        if self.cut_at is not None:
            object.__setattr__(self, "cut_at", frozen(self.cut_at))


def plan_retrieval(old: Sequence[OldTunnel], interfaces: Sequence[Interface]) -> tuple[Retrieval, ...]:
    """All old screws in the order in which they are dealt with.

    A whole screw is taken out by its head. Of a broken one the head goes with the endoprosthesis; its tip is taken out
    where enough of it stands out of the face to be gripped, else cut flush with it, else left in the bone.
    """
    fates = []
    for screw in old:
        faces = [f for f in interfaces if f.host == screw.host and screw.broken]
        tail, cut = _tail(screw.now[-1], faces)
        fates.append((screw, _action(screw, tail), tail, cut))
    fates.sort(key=lambda f: (ORDER.index(f[1]), f[0].id))
    return tuple(Retrieval(s.id, s.host, a, n, tail, cut) for n, (s, a, tail, cut) in enumerate(fates, 1))


def _action(screw: OldTunnel, tail_mm: float) -> Action:
    if not screw.broken:
        return "unscrew"
    if tail_mm >= GRIP_MM:
        return "extract"
    return "cut flush" if tail_mm > 0 else "leave"


def _tail(piece: Rod, faces: Sequence[Interface]) -> tuple[float, Point | None]:
    """Length of a piece on the implant's side of the face it passes, and where it passes it."""
    for face in faces:
        heights = [float((p - face.point) @ face.normal) for p in (piece.start, piece.end)]
        if heights[0] > 0 >= heights[1]:
            share = heights[0] / (heights[0] - heights[1])
            cut = piece.start + share * (piece.end - piece.start)
            if np.linalg.norm(cut - face.point) <= face.radius_mm + ASIDE_MM:
                return float(np.linalg.norm(cut - piece.start)), cut
    return 0.0, None
