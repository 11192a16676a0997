"""Local refinement: no better screw within ±1 mm and ±1° of the ones chosen."""

import numpy as np

from hemipelvis.screws import march
from hemipelvis.screws.candidates import cone, square
from hemipelvis.screws.capsules import Capsules, capsules
from hemipelvis.screws.reamed_face import in_contact
from hemipelvis.screws.search_host import HostSearch, pool
from hemipelvis.screws.select_jointly import HEAD_GAP_MM, Pool

STEPS = ((1.0, 0.5), (0.5, 0.25))  # reach and step, mm and degrees alike
ROUNDS = 40


def refine(host: HostSearch, chosen: Pool, spread: float) -> Pool:
    """Each screw moved in turn to the best place near it, the others standing, until none moves."""
    for reach, step in STEPS:
        for _ in range(ROUNDS):
            before = chosen.scores.copy()
            for i in range(len(chosen)):
                chosen = _moved(host, chosen, i, spread, reach, step)
            if np.all(chosen.scores - before <= 1e-9):
                break
    return chosen


def _moved(host: HostSearch, chosen: Pool, i: int, spread: float, reach: float, step: float) -> Pool:
    others = chosen.take(np.flatnonzero(np.arange(len(chosen)) != i))
    near = neighbourhood(host, chosen.take(np.array([i])), others, reach, step)
    if len(near) == 0:
        return chosen
    value = near.scores + spread_bonus(near, others, host.interface.radius_mm, spread)
    now = chosen.scores[i] + float(
        spread_bonus(chosen.take(np.array([i])), others, host.interface.radius_mm, spread)[0]
    )
    best = int(np.argmax(value))
    if value[best] <= now + 1e-6:
        return chosen
    return Pool(*(_put(getattr(chosen, n), i, getattr(near, n)[best]) for n in Pool.__dataclass_fields__))


def neighbourhood(host: HostSearch, screw: Pool, others: Pool, reach: float, step: float) -> Pool:
    """Every feasible screw within `reach` mm and degrees of one, the others in its way."""
    diameter = float(screw.diameters[0])
    starts = screw.points[0] + square(reach, step) @ host.axes(host.interface.normal)
    starts = np.ascontiguousarray(starts[in_contact(starts, host.interface)])
    aims = np.ascontiguousarray(cone(screw.directions[0], host.axes(screw.directions[0]), reach, step))
    bars = host.tunnels.joined(of_pool(others))
    scores, depths, _ = march.march(host.terrain, host.rules(diameter), host.seat(diameter), bars, starts, aims, False)
    i, j = np.nonzero(scores > 0)
    near = pool(host, diameter, starts[i], aims[j], depths[i, j], scores[i, j])
    apart = np.linalg.norm(near.heads[:, None] - others.heads[None], axis=2)
    room = np.add.outer(near.head_diameters, others.head_diameters) / 2 + HEAD_GAP_MM
    return near.take(np.flatnonzero(np.all(apart >= room, axis=1)))


def of_pool(screws: Pool) -> Capsules:
    """Candidates as rods to keep away from."""
    return capsules(zip(screws.heads, screws.tips, screws.diameters / 2, strict=True))


def spread_bonus(near: Pool, others: Pool, radius_mm: float, spread: float) -> np.ndarray:
    """What every screw (n,) earns by standing apart from the others."""
    apart = np.linalg.norm(near.points[:, None] - others.points[None], axis=2)
    return spread * np.minimum(apart / radius_mm, 1.0).sum(axis=1)


def set_value(chosen: Pool, radius_mm: float, spread: float) -> float:
    """A set's score: its screws' and the bonus of every pair that stands apart."""
    apart = np.linalg.norm(chosen.points[:, None] - chosen.points[None], axis=2)
    return float(chosen.scores.sum() + spread * np.minimum(apart / radius_mm, 1.0).sum() / 2)


def _put(array: np.ndarray, i: int, value: object) -> np.ndarray:
    copy = array.copy()
    copy[i] = value
    return copy
