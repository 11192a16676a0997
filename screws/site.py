"""A host opened up for the search of its screws, and its screws measured there."""

from dataclasses import dataclass, replace

import numpy as np

from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Interface, Screw
from hemipelvis.screws.capsules import Capsules, of_screws
from hemipelvis.screws.catalogue import Catalogue
from hemipelvis.screws.check_rules import broken_rules
from hemipelvis.screws.head_seat import in_cup
from hemipelvis.screws.host_bone import host_bone
from hemipelvis.screws.march import driver_free
from hemipelvis.screws.measure_screw import Surroundings, measured, surroundings
from hemipelvis.screws.pelvic_axes import upward, wished_direction
from hemipelvis.screws.search_host import HostSearch
from hemipelvis.screws.select_jointly import Pool
from hemipelvis.screws.terrain import barred, terrain
from hemipelvis.settings import ScrewSettings
from hemipelvis.volume import Volume


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


def checked(patient: Patient, screws: tuple[Screw, ...]) -> tuple[Screw, ...]:
    """Screws with their distances from one another and the rules they break."""
    result = []
    for i, screw in enumerate(screws):
        rods = of_screws(screws[:i] + screws[i + 1 :])
        beside = replace(screw, clearance_screw_mm=rods.clearance(screw.entry, screw.tip, screw.diameter_mm / 2))
        result.append(replace(beside, failed=broken_rules(beside, patient.settings, patient.landmarks)))
    return tuple(result)
