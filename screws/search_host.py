"""All candidates of one host, judged; and the tally of what ruled the others out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from hemipelvis.arrays import Array, Points, Vector
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.screws import march
from hemipelvis.screws.candidates import ENTRY_MM, PUBIC_ENTRY_MM, cone, disc, frame_axes, wall
from hemipelvis.screws.capsules import Capsules
from hemipelvis.screws.catalogue import Catalogue
from hemipelvis.screws.head_seat import Seat, back_to_head, cup_seat, plane_seat
from hemipelvis.screws.score import WIDEST_DEG, rules
from hemipelvis.screws.select_jointly import Pool
from hemipelvis.settings import ScrewSettings

REASONS = {
    march.SEAT: "no place for the head",
    march.DIRECTION: "direction",
    march.BONE: "cortex",
    march.NERVES: "canal or foramina",
    march.TUNNELS: "old tunnels",
    march.DRIVER: "driver's way in",
}
Tally = Mapping[str, int]
KEPT = 60_000  # candidates of one diameter, about, that go on to selection


@dataclass(frozen=True)
class HostSearch:
    """One host to be searched. sign: of x on the affected side, so that a mirrored patient gets a mirrored grid.

    outside: heads stand on the interface, outside the cup, as the sacrum's always do; otherwise they lie in the cup.
    """

    interface: Interface
    cup: CupPlan
    catalogue: Catalogue
    terrain: march.Terrain
    tunnels: Capsules
    wish: Vector
    up: Vector
    sign: int
    settings: ScrewSettings
    slack_mm: float
    outside: bool = False

    def seat(self, diameter_mm: float) -> Seat:
        """Where heads of one diameter sit."""
        if self.outside:
            s = self.settings
            return plane_seat(self.interface, s.stand_off_mm, s.overhang_mm, s.driver_mm)
        head = self.catalogue.kind(diameter_mm, self.interface.host).head_mm
        return cup_seat(self.cup, self.settings.head_sunk_mm, self.settings.driver_mm, head)

    def rules(self, diameter_mm: float) -> march.Rules:
        """Limits and weights for one diameter."""
        kind = self.catalogue.kind(diameter_mm, self.interface.host)
        return rules(self.settings, self.interface.host, kind, self.wish, self.up, self.slack_mm)

    def axes(self, normal: Vector) -> Array:
        """Plane axes for grids of points or directions."""
        return frame_axes(normal, self.up, self.sign)


def search(host: HostSearch, diameter_mm: float) -> tuple[Pool, Tally]:
    """The best candidates of one diameter, and how many candidates there were and what ruled the rest out."""
    starts, aims, converge = _grid(host)
    scores, depths, verdicts = march.march(
        host.terrain, host.rules(diameter_mm), host.seat(diameter_mm), host.tunnels, starts, aims, converge
    )
    i, j = _kept(scores)
    directions = _unit(starts[i] - aims[j]) if converge else aims[j]
    return pool(host, diameter_mm, starts[i], directions, depths[i, j], scores[i, j]), _tally(verdicts)


def search_again(host: HostSearch, diameter_mm: float, found: Pool, tally: Tally) -> tuple[Pool, Tally]:
    """What remains of candidates of one diameter under stricter rules than they were found by, and the tally then.

    Stricter rules only take candidates away, so the others need not be judged again.
    """
    lines = [np.ascontiguousarray(a, float) for a in (found.points, found.directions)]
    scores, depths, verdicts = march.march_lines(
        host.terrain, host.rules(diameter_mm), host.seat(diameter_mm), host.tunnels, *lines
    )
    left = np.flatnonzero(scores > 0)
    lost = {name: n for name, n in _tally(verdicts).items() if name in REASONS.values()}
    now = {name: n + lost.get(name, 0) for name, n in tally.items()}
    now["feasible"] -= sum(lost.values())
    return pool(host, diameter_mm, lines[0][left], lines[1][left], depths[left], scores[left]), now


def _kept(scores: Array) -> tuple[Array, Array]:
    """Rows and columns of all feasible candidates; of more than `KEPT` the best of every entry, so that all stay."""
    feasible, each = scores > 0, max(KEPT // max(len(scores), 1), 1)
    if np.count_nonzero(feasible) > KEPT and each < scores.shape[1]:
        feasible &= scores >= np.partition(scores, -each, axis=1)[:, -each, None]
    i, j = np.nonzero(feasible)
    best = np.argsort(-scores[i, j], kind="stable")
    return i[best], j[best]


def _grid(host: HostSearch) -> tuple[Points, Array, bool]:
    axes = host.axes(host.interface.normal)
    if host.outside:
        return disc(host.interface, axes, ENTRY_MM), cone(host.wish, host.axes(host.wish), WIDEST_DEG), False
    sources = wall(host.cup, host.interface, host.settings.head_sunk_mm, host.up, host.sign)
    return disc(host.interface, axes, PUBIC_ENTRY_MM), sources, True


def _unit(vectors: Array) -> Array:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def pool(host: HostSearch, diameter_mm: float, points: Points, directions: Array, depths: Array, scores: Array) -> Pool:
    """Candidates with their heads and tips worked out."""
    seat = host.seat(diameter_mm)
    back = np.array([back_to_head(seat, p, d) for p, d in zip(points, directions, strict=True)])
    same = np.full(len(points), diameter_mm)
    head = host.catalogue.kind(diameter_mm, host.interface.host).head_mm
    return Pool(
        points, directions, points - back[:, None] * directions, points + depths[:, None] * directions,
        same, np.full(len(points), head), scores.astype(float),
    )  # fmt: skip


def _tally(verdicts: Array) -> dict[str, int]:
    counts = np.bincount(verdicts.ravel(), minlength=march.DRIVER + 1)
    named = {reason: int(counts[code]) for code, reason in REASONS.items()}
    return {"candidates": int(counts.sum()), "feasible": int(counts[march.FEASIBLE]), **named}


def binding(host: HostSearch, diameter_mm: float) -> dict[str, int]:
    """How many candidates would be feasible if one constraint alone were lifted, by constraint."""
    none = Capsules(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0))
    bone = np.where(host.terrain.nerve == 0, np.float32(1e3), host.terrain.room)
    nerve = np.where(host.terrain.nerve == 1, np.float32(1e3), host.terrain.room)
    lifted = {
        "old tunnels": replace(host, tunnels=none),
        "driver's way in": replace(host, settings=host.settings.model_copy(update={"driver_reach_mm": 0.0})),
        "cortex": replace(host, terrain=host.terrain._replace(room=bone)),
        "canal or foramina": replace(host, terrain=host.terrain._replace(room=nerve)),
    }
    return {name: search(each, diameter_mm)[1]["feasible"] for name, each in lifted.items()}


def sizes_of(host: HostSearch) -> tuple[float, ...]:
    """The diameters to seek in a host, mm, the wished one first."""
    s = host.settings
    if host.interface.host != "sacrum":
        return s.pubic_diameters_mm
    return (s.sacral_diameter_mm, *(d for d in s.sacral_thinner_mm if d < s.sacral_diameter_mm))
