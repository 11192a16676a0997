"""Why fewer screws of a host fit than were asked for, in words."""

from dataclasses import replace

from hemipelvis.screws.attempts import SLACKS_MM, HostPlan
from hemipelvis.screws.canal import canal
from hemipelvis.screws.search_host import HostSearch, binding, sizes_of
from hemipelvis.screws.site import Site


def why_fewer(site: Site, host: HostSearch, plan: HostPlan, count: int) -> str:
    """Why fewer screws than asked for: what killed the candidates, and which constraint alone would free some."""
    t = plan.tally
    text = _tallied(host, plan, count) + ("" if host.outside else _canal(site, host))
    if t["feasible"]:
        return text + "; binding: the screws' distance from one another"
    sizes = sizes_of(host)
    freed = binding(replace(host, slack_mm=SLACKS_MM[0]), min(sizes))
    most = max(freed, key=lambda name: (freed[name] > 0, name != "cortex", freed[name]))  # bone cannot be lifted
    if freed[most] == 0:
        return text + "; binding: several constraints at once, none of them alone"
    return text + f"; binding: {most} (without it {freed[most]} candidates would be feasible)"


def _canal(site: Site, host: HostSearch) -> str:
    """The widest straight way into a ramus, beside what the thinnest screw needs and what the cup allows."""
    deep, thin = host.settings.min_length_mm, min(sizes_of(host))
    way, needed = canal(host, site.near.host, deep, thin), thin + 2 * host.settings.cortex_mm
    if way is None:
        return f"; no straight way leads {deep:.0f} mm into the bone"
    return (
        f"; {deep:.0f} mm into the bone its widest straight way is {way.width_mm:.1f} mm across ({needed:.1f} needed), "
        f"and no screw through the cup's mouth comes nearer than {way.turn_deg:.0f}° to it"
    )


def _tallied(host: HostSearch, plan: HostPlan, count: int) -> str:
    t = plan.tally
    fell = ", ".join(f"{name} {t[name]}" for name in t if name not in ("candidates", "feasible") and t[name])
    return (
        f"{host.interface.host}: {len(plan.screws)} of {count} screws fit; of {t['candidates']} candidates "
        f"{t['feasible']} are feasible, ruled out by: {fell or 'nothing'}"
    )
