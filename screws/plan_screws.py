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
from hemipelvis.screws.capsules import Capsules
from hemipelvis.screws.drill_table import ORDER, DrillRow, drill_table
from hemipelvis.screws.old_tunnels import OldTunnel, find_tunnels, likeliest, tunnel_warnings, widest
from hemipelvis.screws.plan_host import LETTERS, HostPlan, Patient, Site, checked, open_site, plan_host
from hemipelvis.screws.unexplained_metal import CELL_MM, unexplained_metal
from hemipelvis.settings import ExtraScrew, ScrewSettings
from hemipelvis.volume import Volume

CANAL_NEAR_MM, CANAL_LENGTH_MM = 12.0, 15.0


@dataclass(frozen=True)
class ScrewPlan:
    """New screws, pubis first; a runner-up of each by id; the drill table; candidates by host and what felled them."""

    screws: tuple[Screw, ...]
    runners_up: Mapping[str, Screw]
    warnings: tuple[str, ...]
    drill_table: tuple[DrillRow, ...]
    searched: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    old_tunnels: tuple[OldTunnel, ...] = ()


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
    old = find_tunnels(labels, mar, hardware, side)
    tunnels, guarded = likeliest(old, settings.halo_mm), widest(old, settings.halo_mm)
    strange = {host: unexplained_metal(labels, host, tunnels) for host in (Label.SACRUM, *map(Label.hip, Side))}
    for more in strange.values():
        tunnels, guarded = tunnels.joined(more), guarded.joined(more)
    patient = Patient(labels, mar, tunnels, guarded, landmarks, cup, side, settings)
    sites = _sites(patient, interfaces)
    extra = tuple(_added(sites, wish) for wish in settings.add)
    screws, plans = extra, dict[str, HostPlan]()
    for n, host in enumerate(ORDER):
        progress(f"screws of the {host}", n / len(ORDER))
        plans[host] = _planned(sites.get(host), host, settings, screws)
        screws = (*screws, *plans[host].screws)
    kept = tuple(s for s in screws if s.id not in settings.drop)
    final = checked(patient, tuple(sorted(kept, key=lambda s: (ORDER.index(s.host), s.id))))
    runners = {k: v for plan in plans.values() for k, v in plan.runners_up.items() if k not in settings.drop}
    warnings = (
        *tunnel_warnings(old),
        *_strange_metal(strange),
        *(w for p in plans.values() for w in p.warnings),
        *_nerve_warning(sites),
        *_failures(final),
    )
    tallies = {host: plan.tally for host, plan in plans.items() if plan.tally}
    return ScrewPlan(final, runners, warnings, drill_table(final, landmarks, side), tallies, old)


def _strange_metal(strange: Mapping[Label, Capsules]) -> tuple[str, ...]:
    return tuple(
        f"metal inside the {host.name.lower().replace('_', ' ')} that belongs to no screw found (about "
        f"{len(balls.radii) * CELL_MM**3 / 1000:.1f} cm³): was a screw missed? New screws keep off it"
        for host, balls in strange.items()
        if len(balls.radii)
    )


def _sites(patient: Patient, interfaces: tuple[Interface, ...]) -> dict[Host, Site]:
    """One site a host: its interface of the largest contact. Hosts without a screw asked for are not opened."""
    asked = {host for host in ORDER if _count(host, patient.settings)} | {e.host for e in patient.settings.add}
    sites: dict[Host, Site] = {}
    for host in ORDER:
        mine = [i for i in interfaces if i.host == host]
        if mine and host in asked:
            sites[host] = open_site(patient, max(mine, key=lambda i: i.contact_mm2))
    return sites


def _count(host: Host, settings: ScrewSettings) -> int:
    return {"sacrum": settings.sacral, "pubis": settings.pubic, "ischium": settings.ischial}[host]


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
    names = [f"{LETTERS[host]}{n + 1}" for n in range(_count(host, settings))]
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
    """A sacrum without a canal has been filled in: nothing would keep a screw out of it."""
    if "sacrum" not in sites:
        return ()
    near = sites["sacrum"].near
    plane = sites["sacrum"].patient.landmarks.symmetry
    middle = near.nerves[abs(plane.distance(near.nerves)) <= CANAL_NEAR_MM] if len(near.nerves) else near.nerves
    length = float(middle[:, 2].max() - middle[:, 2].min()) if len(middle) else 0.0
    if length >= CANAL_LENGTH_MM:
        return ()
    return (
        f"sacrum: the canal shows over {length:.0f} mm of the label map (at least {CANAL_LENGTH_MM:.0f} expected): "
        "screws are not kept out of it where it has been filled in",
    )


def _failures(screws: tuple[Screw, ...]) -> tuple[str, ...]:
    return tuple(f"screw {s.id} ({s.source}): {'; '.join(s.failed)}" for s in screws if s.failed)
