"""Which pieces of metal were one screw: stumps in the implant and tip pieces in bone, by direction and place."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from hemipelvis.arrays import Array
from hemipelvis.segmentation.screw_axes import Rod

KINK_DEG = 20.0
"""Implants that migrate tilt by up to about 15°; their stumps tilt with them."""
NEAR_AXIAL_MM = (-5.0, 8.0)
NEAR_ACROSS_MM = 4.5
IN_LINE_MM, IN_LINE_DEG = (-1.0, 1.5), 6.0
"""Gap from the one's end, across, and kink: so well in line no screw has another's head before it. What seems to hold
the second piece's start is then the smear of its neighbours."""
FAR_MM = 40.0
STUMP_MM = 14.0
"""Free length of a stump whose tip stayed behind far away: a longer one would still reach its tip's neighbourhood."""
ALIKE_MM = 0.6
ATTACHED_MM = 2.5
FORBIDDEN = 1e6


@dataclass(frozen=True)
class Chain:
    """The pieces of one screw, head side first, each running from head to tip."""

    pieces: tuple[Rod, ...]
    headed: bool = False

    @property
    def broken(self) -> bool:
        """Several pieces, or one without a head of its own that is fixed nowhere."""
        return len(self.pieces) > 1 or not (self.attached or self.headed)

    @property
    def attached(self) -> bool:
        """Whether its head is fixed in other metal."""
        return self.pieces[0].embedded_mm[0] >= ATTACHED_MM


def match_pieces(rods: tuple[Rod, ...]) -> tuple[Chain, ...]:
    """Chains of rods (each already running from head to tip): near pairs first, then stumps with far tips."""
    chains = [Chain((rod,)) for rod in rods]
    for cost in (_near_cost, _far_cost):
        chains = _joined(chains, cost)
        chains = _joined(chains, cost)
    return tuple(chains)


def _joined(chains: list[Chain], cost: Callable[[Chain, Chain], float]) -> list[Chain]:
    if len(chains) < 2:
        return chains
    table = np.array([[FORBIDDEN if a is b else cost(a, b) for b in chains] for a in chains])
    rows, columns = linear_sum_assignment(table)
    follows = {int(i): int(j) for i, j in zip(rows, columns, strict=True) if table[i, j] < FORBIDDEN}
    taken, result = set(follows.values()), []
    for i, chain in enumerate(chains):
        if i in taken:
            continue
        pieces, at = chain.pieces, i
        while at in follows:
            at = follows[at]
            pieces = pieces + chains[at].pieces
        result.append(Chain(pieces))
    return result


def _near_cost(a: Chain, b: Chain) -> float:
    """Small where b continues a after a short gap or a small jump."""
    stump, tip = a.pieces[-1], b.pieces[0]
    axis = stump.direction + tip.direction
    gap = tip.start - stump.end
    along = float(gap @ axis) / float(np.linalg.norm(axis))
    across = _across(gap, axis)
    in_line = along > IN_LINE_MM[0] and across <= IN_LINE_MM[1] and _kink_deg(stump, tip) <= IN_LINE_DEG
    if not _alike(stump, tip) or (b.attached and not in_line):
        return FORBIDDEN
    if not NEAR_AXIAL_MM[0] <= along <= NEAR_AXIAL_MM[1] or across > NEAR_ACROSS_MM or not _ahead(stump, tip, axis):
        return FORBIDDEN
    return abs(along) + 2 * across + _kink_deg(stump, tip) / 4


def _ahead(a: Rod, b: Rod, axis: Array) -> bool:
    """Whether the middle of b lies beyond the middle of a: else each of two short pieces could follow the other."""
    return float((b.start + b.end - a.start - a.end) @ axis) > 0


def _far_cost(a: Chain, b: Chain) -> float:
    """Small where a short stump in the implant points like a tip piece that lies apart."""
    stump, tip = a.pieces[-1], b.pieces[0]
    distance = float(np.linalg.norm(tip.start - stump.end))
    far = distance > FAR_MM or not a.attached or b.attached or len(a.pieces) > 1
    if far or not _alike(stump, tip) or stump.free_mm > STUMP_MM:
        return FORBIDDEN
    return distance / 4 + _kink_deg(stump, tip) / 2 + stump.free_mm / 2


def _alike(a: Rod, b: Rod) -> bool:
    return abs(a.radius_mm - b.radius_mm) <= ALIKE_MM and _kink_deg(a, b) <= KINK_DEG


def _kink_deg(a: Rod, b: Rod) -> float:
    return float(np.degrees(np.arccos(np.clip(a.direction @ b.direction, -1, 1))))


def _across(gap: Array, axis: Array) -> float:
    along = (gap @ axis) / (axis @ axis) * axis
    return float(np.linalg.norm(gap - along))
