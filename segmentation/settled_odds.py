"""Odds spread through a bone's hollows: each place keeps its own as far as it is trusted, and else its neighbours'.

Minimises the sum of weight (x − odds)² and of stiffness (x − x')² over face neighbours: the random walker with prior
models (Grady, CVPR 2005). Cortex parts the hollows, so a canal takes after the canal above and below, and never after
the marrow beside it.
"""

import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.compiled import compiled

OVER, SWEEPS, STILL = 1.7, 400, 1e-3
"""Over-relaxation, the most sweeps, and the change in odds at which they end."""


def settled_odds(odds: Array, weight: Array, hollow: Mask, stiffness: float) -> Array:
    """Odds (float64, z y x) after settling; outside the hollows they stay as given.

    weight: trust in each place's own odds, > 0. stiffness: of the bond between neighbours; where the weight is 1, odds
    are averaged over about its square root in voxels.
    """
    settled = np.array(odds, np.float64)
    own, trust = np.asarray(odds, np.float64), np.asarray(weight, np.float64)
    for _ in range(SWEEPS):
        if _sweep(settled, own, trust, hollow, stiffness) < STILL:
            break
    return settled


@compiled
def _sweep(x: Array, own: Array, trust: Array, hollow: Mask, stiffness: float) -> float:  # pragma: no cover (compiled)
    """One red-black sweep in place; the largest change."""
    planes, rows, columns = x.shape
    change = 0.0
    for colour in range(2):
        for k in range(planes):
            for j in range(rows):
                for i in range((k + j + colour) % 2, columns, 2):
                    if not hollow[k, j, i]:
                        continue
                    total, bonds = trust[k, j, i] * own[k, j, i], trust[k, j, i]
                    for dk, dj, di in ((-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1)):
                        c, b, a = k + dk, j + dj, i + di
                        if 0 <= c < planes and 0 <= b < rows and 0 <= a < columns and hollow[c, b, a]:
                            total += stiffness * x[c, b, a]
                            bonds += stiffness
                    step = OVER * (total / bonds - x[k, j, i])
                    x[k, j, i] += step
                    change = max(change, abs(step))
    return change
