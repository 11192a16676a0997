"""Which way a very short stump points: as the implant has turned, its other stumps tell."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hemipelvis.arrays import Array, unit
from hemipelvis.segmentation.match_pieces import Chain
from hemipelvis.segmentation.screw_axes import Rod

SHORT = 0.7
"""A stump whose free length is clearly less than its thickness has an axis that the fillet at its foot turns freely."""

NEAR_COS = np.cos(np.radians(30))


def settle_short_stumps(chains: Sequence[Chain]) -> tuple[Chain, ...]:
    """Chains whose short stumps take the direction of their tip piece, turned as the longer stumps have turned.

    Stumps sit in one rigid implant: the rotation that takes tip directions to stump directions is common (Kabsch 1976,
    weighted by the stumps' free lengths). The stump stays in place: it turns about the middle of its free stretch.
    """
    return tuple(_settled(chain, [c for c in chains if c is not chain]) for chain in chains)


def _settled(chain: Chain, others: Sequence[Chain]) -> Chain:
    known = [c for c in others if len(c.pieces) > 1 and c.attached and not _short(c.pieces[0])]
    stump = chain.pieces[0]
    if len(chain.pieces) < 2 or not _short(stump) or not _tells(known, chain):
        return chain
    direction = unit(_turn(known) @ chain.pieces[-1].direction)
    middle = float(stump.t[stump.clean].mean())
    point = stump.at(middle) - middle * direction
    return replace(chain, pieces=(replace(stump, point=point, direction=direction), *chain.pieces[1:]))


def _tells(known: Sequence[Chain], chain: Chain) -> bool:
    """Whether the known turn holds for a chain: one pair fixes it only for directions near its own."""
    return len(known) > 1 or any(c.pieces[-1].direction @ chain.pieces[-1].direction > NEAR_COS for c in known)


def _short(stump: Rod) -> bool:
    return stump.free_mm < SHORT * 2 * stump.radius_mm


def _turn(known: Sequence[Chain]) -> Array:
    """The rotation (3, 3) that best takes tip directions to stump directions; the least one where they leave it open.

    Small weights on the world's axes, left where they are, choose that least rotation.
    """
    least = 0.5 * np.eye(3)
    covariance = least + sum(
        (c.pieces[0].free_mm * np.outer(c.pieces[0].direction, c.pieces[-1].direction) for c in known), np.zeros((3, 3))
    )
    u, _, vt = np.linalg.svd(covariance)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    return np.asarray(u @ flip @ vt)
