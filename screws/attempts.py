"""One host's screws chosen together and refined, with growing slack until the exact measure agrees."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from hemipelvis.plan import Screw
from hemipelvis.screws.best_set import BestSet, best_sets
from hemipelvis.screws.compatible import compatible
from hemipelvis.screws.refine import refine, set_value
from hemipelvis.screws.score import WEIGHTS
from hemipelvis.screws.search_host import HostSearch, Tally, search_again
from hemipelvis.screws.select_jointly import Pool, thinned, together
from hemipelvis.screws.site import Site, checked

SLACKS_MM = (0.2, 0.45, 0.8)  # kept on top of every distance in the search, raised until the exact measure agrees
OTHER_MM, OTHER_DEG = 3.0, 6.0  # a runner-up is another screw, not the same one a hair aside
Found = Mapping[float, tuple[Pool, Tally]]
LETTERS = {"sacrum": "S", "pubis": "P", "ischium": "I"}


@dataclass(frozen=True)
class HostPlan:
    """Screws of one host, a runner-up of each by id, how many candidates fell to what, warnings, the set's score."""

    screws: tuple[Screw, ...]
    runners_up: Mapping[str, Screw]
    tally: Mapping[str, int]
    warnings: tuple[str, ...]
    value: float = 0.0


def attempts(site: Site, host: HostSearch, found: Found, count: int, standing: tuple[Screw, ...]) -> HostPlan:
    """Choose with growing slack until the exact measure finds nothing broken but the driver's way in.

    found: candidates by diameter at the least slack.
    """
    plan = HostPlan((), {}, {}, ())
    for slack in SLACKS_MM:
        wary = replace(host, slack_mm=slack)
        now = found if slack == SLACKS_MM[0] else {d: search_again(wary, d, *f) for d, f in found.items()}
        plan = _attempt(site, wary, now, count, standing)
        if not any(s.failed for s in plan.screws) or host.settings.driver_reach_mm == 0:
            return plan
    sound = tuple(s for s in plan.screws if not s.failed)
    return replace(
        plan, screws=sound, runners_up={s.id: plan.runners_up[s.id] for s in sound if s.id in plan.runners_up}
    )


def _attempt(site: Site, host: HostSearch, found: Found, count: int, standing: tuple[Screw, ...]) -> HostPlan:
    spread = WEIGHTS[host.interface.host].spread
    pool, tally = _pool(found)
    clearance = host.settings.clearance_mm + 2 * host.slack_mm
    best, fewer = best_sets(pool, (count, count - 1), clearance, spread, host.interface.radius_mm)
    chosen = refine(host, pool.take(np.array(best.indices, int)), spread)
    chosen = chosen.take(np.argsort(-(chosen.points @ host.up), kind="stable"))
    names = [f"{LETTERS[host.interface.host]}{n + 1}" for n in range(len(chosen))]
    screws = tuple(site.screw(name, chosen.take(np.array([i]))) for i, name in enumerate(names))
    runners = {name: r for i, name in enumerate(names) if (r := _runner_up(site, pool, chosen, i, clearance, name))}
    beside = checked(site.patient, (*screws, *standing))[: len(screws)]
    rest = {n: checked(site.patient, (r, *(s for s in screws if s.id != n), *standing))[0] for n, r in runners.items()}
    cut = () if best.whole else (f"{host.interface.host}: not every set of screws was tried: a better one may exist",)
    said = (*cut, *_fewer_hold_more(host.interface.host, pool, best, fewer))
    return HostPlan(beside, rest, tally, said, set_value(chosen, host.interface.radius_mm, spread))


def _fewer_hold_more(host: str, pool: Pool, best: BestSet, fewer: BestSet) -> tuple[str, ...]:
    """Where one screw less leaves the others so much room that they hold more bone in all, the engineer chooses."""
    if len(fewer.indices) >= len(best.indices):
        return ()
    held, would = (_held(pool, s) for s in (best, fewer))
    if would <= held:
        return ()
    n = len(best.indices)
    return (f"{host}: {n} screws reach {held:.0f} mm into bone in all, {n - 1} would reach {would:.0f} mm: choose",)


def _held(pool: Pool, chosen: BestSet) -> float:
    """How far a set's screws run in from the interface, mm, summed."""
    return float(np.linalg.norm(pool.tips[chosen.indices] - pool.points[chosen.indices], axis=1).sum())


def _pool(found: Found) -> tuple[Pool, Tally]:
    """Candidates of every diameter, and the tally over all."""
    tallies = [tally for _, tally in found.values()]
    return thinned(together([pool for pool, _ in found.values()])), {k: sum(t[k] for t in tallies) for k in tallies[0]}


def _runner_up(site: Site, pool: Pool, chosen: Pool, i: int, clearance_mm: float, name: str) -> Screw | None:
    """The best other screw that could stand in the place of the i-th."""
    mine, others = chosen.take(np.array([i])), chosen.take(np.flatnonzero(np.arange(len(chosen)) != i))
    fits = compatible(pool, others, clearance_mm).all(axis=1)
    apart = np.linalg.norm(pool.points - mine.points[0], axis=1) >= OTHER_MM
    turned = pool.directions @ mine.directions[0] <= np.cos(np.radians(OTHER_DEG))
    other = np.flatnonzero(fits & (apart | turned))
    return site.screw(name, pool.take(other[:1]), "runner-up") if len(other) else None
