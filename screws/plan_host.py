"""The screws of one host: searched, chosen together, refined, and measured until every one keeps its distances."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Host, Interface, Screw
from hemipelvis.screws.best_set import BestSet, best_sets
from hemipelvis.screws.canal import canal
from hemipelvis.screws.capsules import Capsules, of_screws
from hemipelvis.screws.catalogue import Catalogue
from hemipelvis.screws.check_rules import broken_rules
from hemipelvis.screws.compatible import compatible
from hemipelvis.screws.head_seat import in_cup
from hemipelvis.screws.host_bone import host_bone
from hemipelvis.screws.march import driver_free
from hemipelvis.screws.measure_screw import Surroundings, measured, surroundings
from hemipelvis.screws.pelvic_axes import upward, wished_direction
from hemipelvis.screws.refine import refine, set_value
from hemipelvis.screws.score import WEIGHTS
from hemipelvis.screws.search_host import HostSearch, Tally, binding, search, search_again
from hemipelvis.screws.select_jointly import Pool, thinned, together
from hemipelvis.screws.terrain import barred, terrain
from hemipelvis.settings import ScrewSettings
from hemipelvis.volume import Volume

SLACKS_MM = (0.2, 0.45, 0.8)  # kept on top of every distance in the search, raised until the exact measure agrees
OTHER_MM, OTHER_DEG = 3.0, 6.0  # a runner-up is another screw, not the same one a hair aside
Found = Mapping[float, tuple[Pool, Tally]]
LETTERS = {"sacrum": "S", "pubis": "P", "ischium": "I"}


@dataclass(frozen=True)
class Patient:
    """All that the screws of every host share.

    tunnels: of old screws, where they most likely are; stray: metal in bone that belongs to none of them; guarded:
    both, the tunnels grown by what they may be off.
    """

    labels: Volume
    mar: Volume
    tunnels: Capsules
    stray: Capsules
    guarded: Capsules
    landmarks: Landmarks
    cup: CupPlan
    side: Side
    settings: ScrewSettings
    catalogue: Catalogue


@dataclass(frozen=True)
class HostPlan:
    """Screws of one host, a runner-up of each by id, how many candidates fell to what, warnings, the set's score."""

    screws: tuple[Screw, ...]
    runners_up: Mapping[str, Screw]
    tally: Mapping[str, int]
    warnings: tuple[str, ...]
    value: float = 0.0


@dataclass(frozen=True)
class Site:
    """A host opened up: its voxels to measure against, and its grids to search: for heads in the cup, which only hosts
    without a joint to it lack, and for heads outside, whose driver the cup is in the way of.
    """

    patient: Patient
    near: Surroundings
    outside: HostSearch
    inside: HostSearch | None

    def screw(self, name: str, candidate: Pool, source: str = "planned") -> Screw:
        """A single candidate as a measured screw."""
        return self.measured(
            name, candidate.heads[0], candidate.tips[0], float(candidate.diameters[0]), float(candidate.scores[0]),
            source,
        )  # fmt: skip

    def measured(self, name: str, entry: object, tip: object, diameter_mm: float, score: float, source: str) -> Screw:
        """Any screw, measured; the driver's free way in its notes."""
        p, s = self.patient, self.patient.settings
        kind = p.catalogue.kind(diameter_mm, self.near.interface.host)
        screw = measured(name, entry, tip, kind, self.near, p.tunnels, p.mar, score)
        sure, stray = (c.clearance(screw.entry, screw.tip, diameter_mm / 2) for c in (p.guarded, p.stray))
        from_cup = self.inside is not None and in_cup(screw.entry, screw.direction, p.cup)
        ground = self.inside.terrain if self.inside is not None and from_cup else self.outside.terrain
        free = driver_free(ground, np.array(screw.entry), np.array(screw.direction), s.driver_mm, s.driver_reach_mm)
        return replace(
            screw,
            source=source,
            notes={
                **screw.notes,
                "driver_free_mm": float(free),
                "clearance_tunnel_sure_mm": sure,
                "clearance_stray_mm": stray,
            },
        )


def open_site(patient: Patient, interface: Interface) -> Site:
    """Crop and measure a host."""
    s = patient.settings
    reach = s.max_length_mm + s.stand_off_mm
    bone = host_bone(
        patient.labels,
        patient.mar,
        patient.tunnels.joined(patient.stray),
        interface,
        patient.side,
        reach,
        patient.landmarks.symmetry,
    )
    at = np.array(interface.point)
    ground = terrain(bone, patient.labels, at, s)
    seek = HostSearch(
        interface, patient.cup, patient.catalogue, barred(ground, patient.labels, at, s, patient.cup), patient.guarded,
        wished_direction(interface, patient.landmarks, patient.side), upward(patient.landmarks), patient.side.sign, s,
        0.0, outside=True,
    )  # fmt: skip
    inside = None if interface.host == "sacrum" else replace(seek, terrain=ground, outside=False)
    return Site(patient, surroundings(bone, interface), seek, inside)


def plan_host(site: Site, count: int, standing: tuple[Screw, ...]) -> HostPlan:
    """The best `count` screws of a host beside those that stand already; fewer, with the reason, where fewer fit.

    Where the implant's cup lies before a host, screws come from inside it as long as they fit, the rest from outside.
    """
    ways = [w for w in (site.inside, site.outside) if w is not None]
    plan = _sought(site, ways[0], count, standing)
    for way in ways[1:]:
        if len(plan.screws) < count:
            more = _sought(site, way, count - len(plan.screws), (*standing, *plan.screws))
            plan = _with_outside(way.interface.host, plan, more, count)
    if not plan.screws and count > 0 and ways[0].settings.driver_reach_mm > 0:
        plan = _through_bone(site, ways[0], plan, count, standing)
    if len(plan.screws) >= count:
        return plan
    return replace(plan, warnings=(*plan.warnings, _why(site, _beside(ways[0], standing), plan, count)))


def _beside(host: HostSearch, standing: tuple[Screw, ...]) -> HostSearch:
    """A host with the screws that stand in the way as well."""
    return replace(host, tunnels=host.tunnels.joined(of_screws(standing)))


def _sought(site: Site, way: HostSearch, count: int, standing: tuple[Screw, ...]) -> HostPlan:
    """The best screws from one side of the cup: as thick as wished, or where too few fit, thinner ones among them."""
    host = replace(_beside(way, standing), slack_mm=SLACKS_MM[0])
    sizes = _sizes(host)
    found = {sizes[0]: search(host, sizes[0])}
    wished = plan = _attempts(site, host, found, count, standing)
    for size in sizes[1:] if len(plan.screws) < count else ():
        found = {**found, size: search(host, size)}
        plan = _better(plan, _attempts(site, host, found, count, standing))
    if plan.value == wished.value:
        return plan
    which = ", ".join(f"{s.id} {s.diameter_mm:.1f} mm" for s in plan.screws)
    had = f"only {len(wished.screws)} of {count} screws of {sizes[0]:.1f} mm fit"
    return replace(plan, warnings=(*plan.warnings, f"{host.interface.host}: {had}: {which} instead"))


def _with_outside(host: Host, inside: HostPlan, outside: HostPlan, count: int) -> HostPlan:
    """Screws from outside the cup added to those from inside, named after them."""
    had = len(inside.screws)
    names = {s.id: f"{LETTERS[host]}{had + n + 1}" for n, s in enumerate(outside.screws)}
    screws = tuple(replace(s, id=names[s.id]) for s in outside.screws)
    runners = {names[k]: replace(r, id=names[k]) for k, r in outside.runners_up.items()}
    said = (
        f"{host}: driven from outside the cup, the head on the implant's foot: {', '.join(names.values())} "
        f"(from inside the cup {had} of {count} fit)"
    )
    tally = {k: n + outside.tally.get(k, 0) for k, n in inside.tally.items()}
    return HostPlan(
        (*inside.screws, *screws), {**inside.runners_up, **runners}, tally,
        (*inside.warnings, *outside.warnings, *((said,) if screws else ())),
    )  # fmt: skip


def _through_bone(site: Site, way: HostSearch, plan: HostPlan, count: int, standing: tuple[Screw, ...]) -> HostPlan:
    """Screws whose driver bone is in the way of, shown as failing, where there are no others."""
    free = way.settings.model_copy(update={"driver_reach_mm": 0.0})
    host = replace(_beside(way, standing), settings=free, slack_mm=SLACKS_MM[0])
    forced = _attempts(site, host, {d: search(host, d) for d in _sizes(host)}, count, standing)
    if not forced.screws:
        return plan
    said = f"{way.interface.host}: the driver's way in is barred by bone for every screw"
    return replace(forced, warnings=(said, *forced.warnings))


def _better(plan: HostPlan, thinner: HostPlan) -> HostPlan:
    """The plan with more screws, or with as many and the higher score; the tally is the wider search's."""
    if (len(thinner.screws), thinner.value) > (len(plan.screws), plan.value):
        return thinner
    return replace(plan, tally=thinner.tally)


def _attempts(site: Site, host: HostSearch, found: Found, count: int, standing: tuple[Screw, ...]) -> HostPlan:
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


def checked(patient: Patient, screws: tuple[Screw, ...]) -> tuple[Screw, ...]:
    """Screws with their distances from one another and the rules they break."""
    result = []
    for i, screw in enumerate(screws):
        rods = of_screws(screws[:i] + screws[i + 1 :])
        beside = replace(screw, clearance_screw_mm=rods.clearance(screw.entry, screw.tip, screw.diameter_mm / 2))
        result.append(replace(beside, failed=broken_rules(beside, patient.settings, patient.landmarks)))
    return tuple(result)


def _why(site: Site, host: HostSearch, plan: HostPlan, count: int) -> str:
    """Why fewer screws than asked for: what killed the candidates, and which constraint alone would free some."""
    t = plan.tally
    text = _tallied(host, plan, count) + ("" if host.outside else _canal(site, host))
    if t["feasible"]:
        return text + "; binding: the screws' distance from one another"
    sizes = _sizes(host)
    freed = binding(replace(host, slack_mm=SLACKS_MM[0]), min(sizes))
    most = max(freed, key=lambda name: (freed[name] > 0, name != "cortex", freed[name]))  # bone cannot be lifted
    if freed[most] == 0:
        return text + "; binding: several constraints at once, none of them alone"
    return text + f"; binding: {most} (without it {freed[most]} candidates would be feasible)"


def _canal(site: Site, host: HostSearch) -> str:
    """The widest straight way into a ramus, beside what the thinnest screw needs and what the cup allows."""
    deep, thin = host.settings.min_length_mm, min(_sizes(host))
    way, needed = canal(host, site.near.host, deep, thin), thin + 2 * host.settings.cortex_mm
    if way is None:
        return f"; no straight way leads {deep:.0f} mm into the bone"
    return (
        f"; {deep:.0f} mm into the bone its widest straight way is {way.width_mm:.1f} mm across ({needed:.1f} needed), "
        f"and no screw through the cup's mouth comes nearer than {way.turn_deg:.0f}° to it"
    )


def _sizes(host: HostSearch) -> tuple[float, ...]:
    s = host.settings
    if host.interface.host != "sacrum":
        return s.pubic_diameters_mm
    return (s.sacral_diameter_mm, *(d for d in s.sacral_thinner_mm if d < s.sacral_diameter_mm))


def _tallied(host: HostSearch, plan: HostPlan, count: int) -> str:
    t = plan.tally
    fell = ", ".join(f"{name} {t[name]}" for name in t if name not in ("candidates", "feasible") and t[name])
    return (
        f"{host.interface.host}: {len(plan.screws)} of {count} screws fit; of {t['candidates']} candidates "
        f"{t['feasible']} are feasible, ruled out by: {fell or 'nothing'}"
    )
