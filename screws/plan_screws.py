"""New screws for every host: the best set found by exhaustive search, or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.hardware import Hardware
from hemipelvis.labels import Label
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Host, Interface, Screw
from hemipelvis.progress import Progress, silent
from hemipelvis.screws.attempts import LETTERS, HostPlan
from hemipelvis.screws.capsules import Capsules
from hemipelvis.screws.drill_table import ORDER, DrillRow, drill_table
from hemipelvis.screws.measure_screw import SOFT_HU
from hemipelvis.screws.old_tunnels import OldTunnel, tunnel_warnings, with_unknown_tunnels
from hemipelvis.screws.plan_host import plan_host
from hemipelvis.screws.recheck import count, open_bench
from hemipelvis.screws.retrieval import Retrieval, plan_retrieval
from hemipelvis.screws.site import Site, checked
from hemipelvis.screws.unexplained_metal import CELL_MM
from hemipelvis.screws.unseen_canal import BODY_MM, HALF_WIDTH_MM
from hemipelvis.settings import ExtraScrew, ScrewSettings
from hemipelvis.volume import Volume

SOFT_MM = 4.0  # in one stretch: a foramen is wider, the gaps of spongy bone are not
UNSEEN_MM = 5.0  # the canal is open in every axial slice between promontory and hiatus; less is a ragged slice or two


@dataclass(frozen=True)
class ScrewPlan:
    """New screws, pubis first; a runner-up of each by id; the drill table; candidates by host and what felled them; the
    old screws' tunnels, and what becomes of each.
    """

    screws: tuple[Screw, ...]
    runners_up: Mapping[str, Screw]
    warnings: tuple[str, ...]
    drill_table: tuple[DrillRow, ...]
    searched: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    old_tunnels: tuple[OldTunnel, ...] = ()
    old_screws: tuple[Retrieval, ...] = ()


def plan_screws(
    labels: Volume,
    mar: Volume,
    hardware: Hardware,
    landmarks: Landmarks,
    cup: CupPlan,
    interfaces: tuple[Interface, ...],
    side: Side,
    settings: ScrewSettings,
    progress: Progress = silent,
) -> ScrewPlan:
    """Screws that hold in the sacrum, the pubis and the ischium and miss old tunnels, nerves, cortex and each other.

    Raises InputError where an interface has no bone behind it, or a screw is to be added to a host without one.
    """
    bench = open_bench(labels, mar, hardware, landmarks, cup, interfaces, side, settings)
    patient, sites, old = bench.patient, bench.sites, bench.old
    extra = tuple(_added(sites, wish) for wish in settings.add)
    screws, plans = extra, dict[str, HostPlan]()
    for n, host in enumerate(ORDER):
        progress(f"screws of the {host}", n / len(ORDER))
        plans[host] = _planned(sites.get(host), host, settings, screws)
        screws = (*screws, *plans[host].screws)
    kept = tuple(s for s in screws if s.id not in settings.drop)
    final = checked(patient, tuple(sorted(kept, key=lambda s: (ORDER.index(s.host), s.id))))
    final = with_unknown_tunnels(final, old)
    runners = {k: v for plan in plans.values() for k, v in plan.runners_up.items() if k not in settings.drop}
    warnings = (
        *tunnel_warnings(old),
        *_strange_metal(bench.strange),
        *(w for p in plans.values() for w in p.warnings),
        *_nerve_warning(sites),
        *_soft(final),
        *_failures(final),
    )
    tallies = {host: plan.tally for host, plan in plans.items() if plan.tally}
    table, fates = drill_table(final, landmarks, side), plan_retrieval(old, interfaces)
    return ScrewPlan(final, runners, warnings, table, tallies, old, fates)


def _strange_metal(strange: Mapping[Label, Capsules]) -> tuple[str, ...]:
    return tuple(
        f"metal inside the {host.name.lower().replace('_', ' ')} that belongs to no screw found (about "
        f"{len(balls.radii) * CELL_MM**3 / 1000:.1f} cm³): was a screw missed? New screws keep off it"
        for host, balls in strange.items()
        if len(balls.radii)
    )


def _added(sites: Mapping[Host, Site], wish: ExtraScrew) -> Screw:
    """The engineer's screw, where the engineer put it."""
    if wish.host not in sites:
        raise InputError(
            f"screw {wish.id} to add to the {wish.host}, where the implant has no interface",
            f"a host among {', '.join(sites) or 'none'}",
            "correct its host in [[screws.add]], or let the implant reach that bone",
        )
    return sites[wish.host].measured(wish.id, wish.entry, wish.tip, wish.diameter_mm, 0.0, "engineer")


def _planned(site: Site | None, host: Host, settings: ScrewSettings, standing: tuple[Screw, ...]) -> HostPlan:
    """A host's screws, but for those whose place (by id) the engineer has taken."""
    names = [f"{LETTERS[host]}{n + 1}" for n in range(count(host, settings))]
    taken = {s.id for s in standing}
    free = [name for name in names if name not in taken]
    if not free:
        return HostPlan((), {}, {}, ())
    if site is None:
        return HostPlan((), {}, {}, (f"{host}: the implant has no interface there: no screws planned",))
    return _renamed(plan_host(site, len(free), standing), free)


def _renamed(plan: HostPlan, names: list[str]) -> HostPlan:
    new = {s.id: name for s, name in zip(plan.screws, names, strict=False)}
    screws = tuple(replace(s, id=new[s.id]) for s in plan.screws)
    return replace(plan, screws=screws, runners_up={new[k]: replace(v, id=new[k]) for k, v in plan.runners_up.items()})


def _nerve_warning(sites: Mapping[Host, Site]) -> tuple[str, ...]:
    """Where a canal does not show, anatomy alone keeps screws out of it."""
    unseen = sites["sacrum"].near.host.unseen_mm if "sacrum" in sites else 0.0
    if unseen < UNSEEN_MM:
        return ()
    return (
        f"sacrum: the canal does not show over {unseen:.0f} mm of the upper sacrum's label map: there screws are kept "
        f"{HALF_WIDTH_MM:.0f} mm off the midline behind the front {BODY_MM:.0f} mm of bone; foramina may be filled "
        "in there as well",
    )


def _soft(screws: tuple[Screw, ...]) -> tuple[str, ...]:
    return tuple(
        f"screw {s.id} runs {s.notes['soft_mm']:.1f} mm through tissue below {SOFT_HU:.0f} HU, taken for bone: follow "
        "it through the CT; a filled-in foramen looks like this, and a fatty void"
        for s in screws
        if s.notes["soft_mm"] >= SOFT_MM
    )


def _failures(screws: tuple[Screw, ...]) -> tuple[str, ...]:
    return tuple(f"screw {s.id} ({s.source}): {'; '.join(s.failed)}" for s in screws if s.failed)
