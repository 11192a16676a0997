"""The old cup: rotation centre from the prosthetic head's sphere, opening from what the shell covers around it."""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array, Point, Points, Vector, unit
from hemipelvis.hardware import OldCup
from hemipelvis.segmentation.sphere_votes import sphere_votes
from hemipelvis.volume import Volume

DIRECTIONS = 3000
STEP_MM = 0.4
RAY_MM = np.arange(0.4, 44.0, STEP_MM)
HEAD_MM = (10.0, 23.0)
"""Radii of prosthetic heads (22 to 44 mm diameter), blooming included."""
SHELL_MM = (15.0, 38.0)
HEAD_COVER = 0.4
"""Share of directions in which a head must end at its sphere: the neck takes 10 to 25 % of them."""
SHELL_COVER = (0.15, 0.85)
BALANCE = 0.8
"""Least balanced accuracy with which a rim plane must part the covered from the open directions."""


@dataclass(frozen=True)
class Ball:
    """A sphere of metal: its centre, radius (mm) and the share of directions in which its surface was seen."""

    centre: Point
    radius_mm: float
    cover: float


@dataclass(frozen=True)
class Joint:
    """A prosthetic joint: its head (None where none is seen), the shell's bed, and the opening (None: not found)."""

    head: Ball | None
    shell: Ball | None
    opening: Vector | None

    def cup(self) -> OldCup | None:
        """As the ground speaks it; None unless both a centre and an opening were found."""
        ball = self.head or self.shell
        if ball is None or self.opening is None:
            return None
        return OldCup(ball.centre, self.opening, (self.shell or ball).radius_mm)


def find_joints(soft: Volume, most: int = 2) -> tuple[Joint, ...]:
    """Prosthetic joints (heads in shells, heads alone, shells alone) in a soft metal volume, the clearest first."""
    votes = sphere_votes(soft)
    values = votes.voxels.copy()
    joints: list[Joint] = []
    for _ in range(2 * most):
        k, j, i = np.unravel_index(int(np.argmax(values)), values.shape)
        if values[k, j, i] <= 0.2 * votes.voxels.max() or len(joints) == most:
            break
        centre = votes.world_from_index((i, j, k))
        values[_near(votes, centre, 30.0)] = 0
        joint = _joint(soft, centre)
        if joint is not None:
            joints.append(joint)
    return tuple(joints)


def _near(grid: Volume, centre: Point, reach_mm: float) -> tuple[slice, ...]:
    lo = np.clip(grid.index_from_world(centre - reach_mm), 0, grid.size).astype(int)
    hi = np.clip(grid.index_from_world(centre + reach_mm) + 1, 0, grid.size).astype(int)
    return tuple(slice(int(a), int(b)) for a, b in zip(lo[::-1], hi[::-1], strict=True))


def _joint(soft: Volume, seed: Point) -> Joint | None:
    head = _ball(soft, seed, HEAD_MM, True)
    shell = _ball(soft, head.centre if head else seed, SHELL_MM, False, head.radius_mm + 1 if head else 0.0)
    if shell is not None and not SHELL_COVER[0] < shell.cover < SHELL_COVER[1]:
        shell = None
    if head is None and shell is None:
        return None
    return Joint(head, shell, None if shell is None else _opening(soft, shell))


def _ball(soft: Volume, seed: Point, radii_mm: tuple[float, float], leaving: bool, beyond_mm: float = 0) -> Ball | None:
    """The sphere on which rays from a seed leave metal (a head) or enter it (the bed of a shell)."""
    centre, radius, cover = np.asarray(seed, float), 0.0, 0.0
    for _ in range(12):
        crossing = _crossings(soft, centre, leaving, beyond_mm)
        radius = _mode(crossing, radii_mm)
        near = np.abs(crossing - radius) < 2.0
        cover = float(near.mean())
        if near.sum() < 100:
            return None
        fitted, radius = fit_sphere(centre + crossing[near][:, None] * fibonacci(DIRECTIONS)[near])
        moved, centre = float(np.linalg.norm(fitted - centre)), fitted
        if moved < 0.02:
            break
    if not radii_mm[0] <= radius <= radii_mm[1] or (leaving and cover < HEAD_COVER):
        return None
    return Ball(centre, radius, cover)


def _crossings(soft: Volume, centre: Point, leaving: bool, beyond_mm: float) -> Array:
    """Distance (n,) along each ray where metal first ends, or first begins beyond a gap; infinity where it does not."""
    grey = _rays(soft, centre)
    metal = grey > 0.5
    started = beyond_mm <= RAY_MM
    gap = np.logical_or.accumulate(~metal & started, axis=1)
    hit = ~metal if leaving else metal & gap
    hit = hit & started
    first = np.argmax(hit, axis=1)
    rows = np.arange(len(grey))
    before, after = grey[rows, np.maximum(first - 1, 0)], grey[rows, first]
    share = np.divide(0.5 - before, after - before, out=np.ones_like(before), where=np.abs(after - before) > 1e-6)
    distance = RAY_MM[first] - STEP_MM * (1 - np.clip(share, 0, 1))
    return np.where(hit.any(axis=1), distance, np.inf)


def _rays(soft: Volume, centre: Point) -> Array:
    points = centre + RAY_MM[None, :, None] * fibonacci(DIRECTIONS)[:, None, :]
    return soft.sample(points, 0.0).reshape(DIRECTIONS, len(RAY_MM))


def _mode(values: Array, limits: tuple[float, float]) -> float:
    """The value around which most lie, within limits."""
    centres = np.arange(limits[0], limits[1], 0.5)
    finite = values[np.isfinite(values)]
    return float(centres[np.argmax([(np.abs(finite - c) < 1.0).sum() for c in centres])])


def fit_sphere(points: Points, rounds: int = 5) -> tuple[Point, float]:
    """Centre and radius by algebraic least squares, points beyond 2.5 robust σ left out."""
    keep = np.ones(len(points), bool)
    middle = points.mean(axis=0)
    for _ in range(rounds):
        p = points[keep] - middle
        solution, *_ = np.linalg.lstsq(np.c_[2 * p, np.ones(len(p))], (p**2).sum(axis=1), rcond=None)
        centre = middle + solution[:3]
        radius = float(np.sqrt(max(solution[3] + solution[:3] @ solution[:3], 0)))
        off = np.abs(np.linalg.norm(points - centre, axis=1) - radius)
        keep = off <= max(2.5 * 1.4826 * float(np.median(off[keep])), 0.1)
    return centre, radius


def _opening(soft: Volume, shell: Ball) -> Vector | None:
    """Out of the mouth: the axis of the plane that best parts directions the shell covers from those it leaves open.

    Axes nearly as good as the best are averaged, which is finer than the raster of directions.
    """
    crossing = _crossings(soft, shell.centre, False, shell.radius_mm - 3.0)
    directions = fibonacci(DIRECTIONS)
    covered = np.abs(crossing - shell.radius_mm) < 1.5
    axes = fibonacci(2 * DIRECTIONS)
    score = np.array([_balance(directions @ a, covered) for a in axes])
    if score.max() < BALANCE:
        return None
    axis = np.maximum(score - (score.max() - 0.02), 0) @ axes
    return unit(axis) if np.linalg.norm(axis) > 0 else None


def _balance(height: Array, covered: Array) -> float:
    """Best balanced accuracy of one threshold: covered below, open above."""
    order = covered[np.argsort(height, kind="stable")]
    below = np.cumsum(order) / max(int(order.sum()), 1)
    above = 1 - np.cumsum(~order) / max(int((~order).sum()), 1)
    return float(((below + above) / 2).max())


def fibonacci(count: int) -> Array:
    """Unit vectors (count, 3) spread evenly over the sphere."""
    k = np.arange(count) + 0.5
    z, turn = 1 - 2 * k / count, np.pi * (1 + np.sqrt(5)) * k
    return np.stack([np.sqrt(1 - z * z) * np.cos(turn), np.sqrt(1 - z * z) * np.sin(turn), z], axis=1)
