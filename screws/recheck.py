"""A patient laid open, so that screws can be moved by hand and measured again at once, without any search."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from hemipelvis.frames import Side
from hemipelvis.hardware import Hardware
from hemipelvis.labels import Label
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Host, Interface, Screw
from hemipelvis.screws.capsules import Capsules
from hemipelvis.screws.catalogue import catalogue
from hemipelvis.screws.drill_table import ORDER
from hemipelvis.screws.old_tunnels import OldTunnel, find_tunnels, likeliest, widest, with_unknown_tunnels
from hemipelvis.screws.site import Patient, Site, checked, open_site
from hemipelvis.screws.unexplained_metal import unexplained_metal
from hemipelvis.settings import ScrewSettings
from hemipelvis.volume import Volume


@dataclass(frozen=True)
class Bench:
    """A patient with hosts opened up; its old tunnels, and metal in bone that belongs to none of them."""

    patient: Patient
    sites: Mapping[Host, Site]
    old: tuple[OldTunnel, ...]
    strange: Mapping[Label, Capsules]


def open_bench(
    labels: Volume,
    mar: Volume,
    hardware: Hardware,
    landmarks: Landmarks,
    cup: CupPlan,
    interfaces: tuple[Interface, ...],
    side: Side,
    settings: ScrewSettings,
) -> Bench:
    """Find the old tunnels and open every host that a screw is asked for in. Raises InputError as `host_bone`."""
    old = find_tunnels(labels, mar, hardware, side)
    tunnels, guarded = likeliest(old, settings.halo_mm), widest(old, settings.halo_mm)
    strange = {host: unexplained_metal(labels, host, tunnels) for host in (Label.SACRUM, *map(Label.hip, Side))}
    stray = reduce(Capsules.joined, strange.values())
    patient = Patient(
        labels, mar, tunnels, stray, guarded.joined(stray), landmarks, cup, side, settings,
        catalogue(settings.catalogue),
    )  # fmt: skip
    return Bench(patient, _sites(patient, interfaces), old, strange)


def _sites(patient: Patient, interfaces: tuple[Interface, ...]) -> dict[Host, Site]:
    """One site a host: its interface of the largest contact. Hosts without a screw asked for are not opened."""
    asked = {host for host in ORDER if count(host, patient.settings)} | {e.host for e in patient.settings.add}
    sites: dict[Host, Site] = {}
    for host in ORDER:
        mine = [i for i in interfaces if i.host == host]
        if mine and host in asked:
            sites[host] = open_site(patient, max(mine, key=lambda i: i.contact_mm2))
    return sites


def count(host: Host, settings: ScrewSettings) -> int:
    """How many screws are asked for in a host."""
    return {"sacrum": settings.sacral, "pubis": settings.pubic, "ischium": settings.ischial}[host]


def recheck(bench: Bench, screws: tuple[Screw, ...]) -> tuple[Screw, ...]:
    """Screws measured again where they are now, against the patient and one another; none is moved."""
    measured = (bench.sites[s.host].measured(s.id, s.entry, s.tip, s.diameter_mm, s.score, s.source) for s in screws)
    return with_unknown_tunnels(checked(bench.patient, tuple(measured)), bench.old)
