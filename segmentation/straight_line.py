"""Lines through centroids: robust least squares, and where one line must give way to two."""

import numpy as np

from hemipelvis.arrays import Array, Point, Points, Vector

KINK_RAD = np.radians(2.5)
JUMP_MM = 0.7
LEAST_PART = 10
"""Stations: fewer have no direction of their own."""


def straight_part(t: Array, centres: Points) -> slice | None:
    """The longer straight part of centroids that bend or jump once; None where one line explains them.

    Two lines must explain the centroids much better than one, with a kink or a jump no intact screw has.
    """
    least = LEAST_PART
    if len(t) < 2 * least:
        return None
    whole = _scatter(t, centres)
    cuts = range(least, len(t) - least + 1)
    pairs = [np.hypot(_scatter(t[:c], centres[:c]) * np.sqrt(c / len(t)),
                      _scatter(t[c:], centres[c:]) * np.sqrt(1 - c / len(t))) for c in cuts]  # fmt: skip
    best = int(np.argmin(pairs))
    cut = cuts[best]
    if whole < 0.15 or pairs[best] > 0.6 * whole or not _bends(t, centres, cut):
        return None
    return slice(0, cut) if cut >= len(t) - cut else slice(cut, len(t))


def _bends(t: Array, centres: Points, cut: int) -> bool:
    (p, u, _), (q, v, _) = fit_line(t[:cut], centres[:cut]), fit_line(t[cut:], centres[cut:])
    at = (t[cut - 1] + t[cut]) / 2
    ends = [c + (at - s.mean()) / max(abs(float(w @ (u + v) / 2)), 0.5) * w
            for c, s, w in ((p, t[:cut], u), (q, t[cut:], v))]  # fmt: skip
    kink = np.arccos(np.clip(u @ v, -1, 1))
    return bool(kink > KINK_RAD or np.linalg.norm(ends[1] - ends[0]) > JUMP_MM)


def _scatter(t: Array, centres: Points) -> float:
    """Root mean square distance from the regression of the centroids on t."""
    a = t - t.mean()
    c = centres - centres.mean(axis=0)
    slope = a @ c / max(float(a @ a), 1e-12)
    return float(np.sqrt(((c - a[:, None] * slope) ** 2).sum(axis=1).mean()))


def fit_line(t: Array, centres: Points, rounds: int = 3) -> tuple[Point, Vector, float]:
    """Centre, unit direction (towards growing t) and scatter of a line; outliers beyond 2.5 robust σ are left out.

    Raises ValueError for fewer than two points: no direction can be made up for them, the caller must have refused
    such a stretch (a `Rod` never has one).
    """
    if len(t) < 2:
        raise ValueError(f"a line through {len(t)} points has no direction")
    keep = np.ones(len(t), bool)
    for _ in range(rounds):
        middle = centres[keep].mean(axis=0)
        _, _, axes = np.linalg.svd(centres[keep] - middle, full_matrices=False)
        direction = axes[0] * (1.0 if (t[keep] - t[keep].mean()) @ ((centres[keep] - middle) @ axes[0]) >= 0 else -1.0)
        rel = centres - middle
        off = np.linalg.norm(rel - (rel @ direction)[:, None] * direction, axis=1)
        inliers = off <= max(2.5 * 1.4826 * float(np.median(off[keep])), 0.15)
        if inliers.sum() < 4:
            break
        keep = inliers
    return middle, direction, float(np.sqrt((off[keep] ** 2).mean()))
