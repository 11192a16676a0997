"""The old screws' tunnels: where each screw lies now, where it was put, and how well either is known."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import edt
import numpy as np

from hemipelvis.arrays import Array, Mask, Point, frozen, unit
from hemipelvis.frames import Side
from hemipelvis.hardware import Hardware, OldScrew
from hemipelvis.labels import Label
from hemipelvis.plan import Screw
from hemipelvis.screws.axis_spread import axis_spread
from hemipelvis.screws.capsules import Capsules, capsules
from hemipelvis.screws.host_bone import HOLE_GAP_MM, closing
from hemipelvis.screws.migration import Migration, find_migration
from hemipelvis.screws.old_channel import REACH_MM, SPREAD_MM, old_channel
from hemipelvis.volume import Volume

Known: TypeAlias = Literal["metal", "prolonged", "lucency", "siblings", "stated"]
SURE = 1.645  # standard deviations: a rod is within so many of its place 95 times in 100 (one side, Gaussian)
PART_MM = 6.0  # rods are cut into parts no longer, each with its own error
IN_BONE = 0.5  # of its length: a screw with less in its host has left it, a channel with less in it is not seen
BLURRED_MM = 1.5  # a channel's mean standard deviation from which on the engineer is told that it is not seen
MARGIN_MM = 24.0
STATIONS = 50
RIM_MM = 3.0  # bone this near to a screw bears it: a lucent rim is up to 2 mm wide
HOSTS = ("sacrum", "pubis", "ischium", "ilium")


@dataclass(frozen=True)
class Rod:
    """One straight part of an old screw's tunnel, LPS mm.

    known: by the metal itself, prolonged from it, by the lucency beside it, or by how its broken siblings went;
    spread: (2, 2) mm², covariance of its ends.
    """

    start: Point
    end: Point
    radius_mm: float
    known: Known
    spread: Array = field(default_factory=lambda: np.zeros((2, 2)))

    def __post_init__(self) -> None:
        for name in ("start", "end", "spread"):
            object.__setattr__(self, name, frozen(getattr(self, name)))

    def error_mm(self, share: float) -> float:
        """Standard deviation across the axis at a share of the length."""
        ends = np.array([1 - share, share])
        return float(np.sqrt(max(ends @ self.spread @ ends, 0.0)))


@dataclass(frozen=True)
class OldTunnel:
    """An old screw: `now`, rods of its metal, head first; `was`, the rod it was put in along (None: not known).

    halo_mm: lucent rim about the metal, where it was measured.
    """

    id: int
    host: str
    broken: bool
    now: tuple[Rod, ...]
    was: Rod | None
    halo_mm: float | None
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def rods(self) -> tuple[Rod, ...]:
        """Everything to keep away from."""
        return self.now if self.was is None else (*self.now, self.was)


def find_tunnels(labels: Volume, mar: Volume, hardware: Hardware, side: Side) -> tuple[OldTunnel, ...]:
    """The tunnel of every old screw: of the broken ones by their tips, of the whole ones by what they left in bone."""
    now = {s.id: _metal(s) for s in hardware.screws}
    broken = {h: tuple(now[s.id] for s in hardware.screws if s.host == h and len(now[s.id]) > 1) for h in HOSTS}
    moved = {h: find_migration(screws) for h, screws in broken.items()}
    return tuple(
        _whole(labels, mar, s, now[s.id][0], side, moved.get(s.host))
        if len(now[s.id]) == 1 and not s.broken
        else OldTunnel(s.id, s.host, s.broken, now[s.id], prolonged(now[s.id]), None)
        for s in hardware.screws
    )


def _metal(screw: OldScrew) -> tuple[Rod, ...]:
    return tuple(Rod(*p, screw.diameter_mm / 2, "metal", axis_spread(screw, p)) for p in screw.pieces)


def prolonged(now: tuple[Rod, ...]) -> Rod:
    """The tip's line back to where the head was: the tip stays in its tunnel, its error grows headwards."""
    last, length = now[-1], sum(float(np.linalg.norm(r.end - r.start)) for r in now)
    share = 1 - length / float(np.linalg.norm(last.end - last.start))
    ends = np.array([[1 - share, share], [0.0, 1.0]])
    start = last.start + share * (last.end - last.start)
    return Rod(start, last.end, last.radius_mm, "prolonged", ends @ last.spread @ ends.T)


def _whole(
    labels: Volume, mar: Volume, screw: OldScrew, now: Rod, side: Side, migration: Migration | None
) -> OldTunnel:
    """A whole screw: its first channel, sought where its broken siblings say that it was, or about where it lies."""
    first = _before(now, migration)
    near, bone, inside = _bone_about(labels, first or now, screw.host, side)
    notes = {"in_bone": inside}
    if first is None and inside < IN_BONE:
        return OldTunnel(screw.id, screw.host, False, (now,), None, None, notes)
    ct, about = mar.crop(near.origin, near.upper), first or replace(now, spread=np.eye(2) * SPREAD_MM**2)
    found = old_channel(near, ct, bone, now, about)
    was = Rod(found.start, found.end, now.radius_mm, "siblings" if inside < IN_BONE else "lucency", found.spread)
    return OldTunnel(screw.id, screw.host, False, (now,), was, found.halo_mm, notes)


def _before(now: Rod, migration: Migration | None) -> Rod | None:
    """Where a rod was before the endoprosthesis went; None where that is not known to within `REACH_MM`."""
    if migration is None:
        return None
    spread = migration.spread(now.start, now.end) + now.spread
    if spread.diagonal().max() > REACH_MM**2:
        return None
    start, end = migration.before(np.array([now.start, now.end]))
    return Rod(start, end, now.radius_mm, "siblings", spread)


def _bone_about(labels: Volume, rod: Rod, host: str, side: Side) -> tuple[Volume, Mask, float]:
    """Labels about a rod, its host's bone there with gaps as wide as a tunnel closed, and the rod's share in it."""
    ends = np.array([rod.start, rod.end])
    near = labels.crop(ends.min(axis=0) - MARGIN_MM, ends.max(axis=0) + MARGIN_MM)
    hosts = (Label.SACRUM,) if host == "sacrum" else (Label.hip(side), Label.hip(side.other))
    bone = np.isin(near.voxels, hosts)
    beside = edt.edt(~bone, anisotropy=near.sampling) if bone.any() else np.full(bone.shape, np.inf)
    away = near.like(beside).nearest(np.linspace(rod.start, rod.end, STATIONS))
    return near, closing(bone, HOLE_GAP_MM, near), float((away <= rod.radius_mm + RIM_MM).mean())


def as_stated(hardware: Hardware) -> tuple[OldTunnel, ...]:
    """Tunnels taken for exact, as they are stated."""
    return tuple(
        OldTunnel(
            s.id, s.host, s.broken, tuple(Rod(*p, s.diameter_mm / 2, "stated") for p in s.pieces),
            Rod(*s.tunnel, s.diameter_mm / 2, "stated"), None,
        )
        for s in hardware.screws
    )  # fmt: skip


def likeliest(tunnels: tuple[OldTunnel, ...], halo_mm: float = 0.0) -> Capsules:
    """Rods where they most likely are, grown by a halo."""
    return capsules((r.start, r.end, r.radius_mm + halo_mm) for t in tunnels for r in t.rods)


def widest(tunnels: tuple[OldTunnel, ...], halo_mm: float = 0.0) -> Capsules:
    """Rods grown, part by part, by what their place may be off."""
    return capsules(part for t in tunnels for r in t.rods for part in _parts(r, halo_mm))


def _parts(rod: Rod, halo_mm: float) -> list[tuple[Point, Point, float]]:
    count = max(int(np.ceil(np.linalg.norm(rod.end - rod.start) / PART_MM)), 1)
    at = np.linspace(0, 1, count + 1)
    points = rod.start + at[:, None] * (rod.end - rod.start)
    off = [SURE * rod.error_mm(share) for share in at]
    return [(points[k], points[k + 1], rod.radius_mm + halo_mm + max(off[k], off[k + 1])) for k in range(count)]


def with_unknown_tunnels(screws: tuple[Screw, ...], old: tuple[OldTunnel, ...]) -> tuple[Screw, ...]:
    """Screws, each told in its notes which old screws of its host have left the bone: those tunnels nothing guards."""
    lost = {s.host: [t.id for t in old if t.was is None and t.host == s.host] for s in screws}
    return tuple(replace(s, notes={**s.notes, "unknown_tunnels": lost[s.host]}) for s in screws)


def _gone_mm(tunnel: OldTunnel) -> float:
    """How far across its channel a screw's ends have gone, the farther one; 0 where the channel is not known."""
    if tunnel.was is None:
        return 0.0
    axis = unit(tunnel.was.end - tunnel.was.start)
    off = np.array([tunnel.now[0].start, tunnel.now[-1].end]) - tunnel.was.start
    return float(np.linalg.norm(off - np.outer(off @ axis, axis), axis=1).max())


def tunnel_warnings(tunnels: tuple[OldTunnel, ...]) -> tuple[str, ...]:
    """What is not known about where screws were put."""
    lost = [f"{t.id} ({t.host})" for t in tunnels if t.was is None]
    blurred = [
        f"{t.id} ({t.host}, ±{SURE * t.was.error_mm(0.5):.1f} mm)"
        for t in tunnels
        if t.was is not None and t.was.error_mm(0.5) > BLURRED_MM
    ]
    gone = [
        f"{t.id} ({t.host}, {_gone_mm(t):.0f} mm, ±{SURE * t.was.error_mm(0.5):.1f})"
        for t in tunnels
        if t.was is not None and not t.broken and _gone_mm(t) > REACH_MM
    ]
    said = {
        "have left the bone: where they were put is not known, look for their empty channels": lost,
        "have gone with the endoprosthesis: their channels are taken from how the broken screws beside them went, look "
        "whether they are there": gone,
        "may have been put elsewhere than they lie, and the bone does not show where": blurred,
    }
    return tuple(f"old screws {', '.join(which)} {what}" for what, which in said.items() if which)
