"""The screws of one host: sought as thick as wished, then thinner, from inside the cup and from outside."""

from dataclasses import replace

from hemipelvis.plan import Host, Screw
from hemipelvis.screws.attempts import LETTERS, SLACKS_MM, HostPlan, attempts
from hemipelvis.screws.capsules import of_screws
from hemipelvis.screws.search_host import HostSearch, search, sizes_of
from hemipelvis.screws.site import Site
from hemipelvis.screws.why_fewer import why_fewer


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
    return replace(plan, warnings=(*plan.warnings, why_fewer(site, _beside(ways[0], standing), plan, count)))


def _beside(host: HostSearch, standing: tuple[Screw, ...]) -> HostSearch:
    """A host with the screws that stand in the way as well."""
    return replace(host, tunnels=host.tunnels.joined(of_screws(standing)))


def _sought(site: Site, way: HostSearch, count: int, standing: tuple[Screw, ...]) -> HostPlan:
    """The best screws from one side of the cup: as thick as wished, or where too few fit, thinner ones among them."""
    host = replace(_beside(way, standing), slack_mm=SLACKS_MM[0])
    sizes = sizes_of(host)
    found = {sizes[0]: search(host, sizes[0])}
    wished = plan = attempts(site, host, found, count, standing)
    for size in sizes[1:] if len(plan.screws) < count else ():
        found = {**found, size: search(host, size)}
        plan = _better(plan, attempts(site, host, found, count, standing))
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
    forced = attempts(site, host, {d: search(host, d) for d in sizes_of(host)}, count, standing)
    if not forced.screws:
        return plan
    said = f"{way.interface.host}: the driver's way in is barred by bone for every screw"
    return replace(forced, warnings=(said, *forced.warnings))


def _better(plan: HostPlan, thinner: HostPlan) -> HostPlan:
    """The plan with more screws, or with as many and the higher score; the tally is the wider search's."""
    if (len(thinner.screws), thinner.value) > (len(plan.screws), plan.value):
        return thinner
    return replace(plan, tally=thinner.tally)
