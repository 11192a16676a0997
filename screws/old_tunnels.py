"""The old screws' tunnels: where each screw lies now, where it was put, and how well either is known."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import edt
import numpy as np

from hemipelvis.arrays import Array, Mask, Point, frozen
from hemipelvis.frames import Side
from hemipelvis.hardware import Hardware, OldScrew
from hemipelvis.labels import Label
from hemipelvis.plan import Screw
from hemipelvis.screws.axis_spread import axis_spread
from hemipelvis.screws.capsules import Capsules, capsules
from hemipelvis.screws.host_bone import HOLE_GAP_MM, closing
from hemipelvis.screws.old_channel import REACH_MM, SPREAD_MM, old_channel
from hemipelvis.volume import Volume

Known: TypeAlias = Literal["metal", "prolonged", "lucency", "siblings", "stated"]
SURE = 1.645  # standard deviations: a rod is within so many of its place 95 times in 100 (one side, Gaussian)
PART_MM = 6.0  # rods are cut into parts no longer, each with its own error
IN_BONE = 0.5  # a screw with a smaller share of its length in its host has left it
BLURRED_MM = 1.5  # a channel's mean standard deviation from which on the engineer is told that it is not seen
MARGIN_MM = 24.0
STATIONS = 50
RIM_MM = 3.0  # bone this near to a screw bears it: a lucent rim is up to 2 mm wide
LEAST_TRAVEL_MM = 0.5  # of a loose screw: less is not told from none
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
    travels = {h: travel([now[s.id] for s in hardware.screws if s.host == h]) for h in HOSTS}
    return tuple(
        _whole(labels, mar, s, now[s.id], side, travels.get(s.host))
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
    labels: Volume, mar: Volume, screw: OldScrew, now: tuple[Rod, ...], side: Side, expected: Array | None
) -> OldTunnel:
    """A whole screw: its first channel sought in the bone beside it; none where it has left the bone."""
    rod = now[0].start, now[0].end
    near, bone, inside = _bone_about(labels, rod, now[0].radius_mm, screw.host, side)
    notes, prior = {"in_bone": inside}, np.eye(2) * SPREAD_MM**2 if expected is None else expected
    if prior.diagonal().max() > REACH_MM**2 or (inside < IN_BONE and expected is None):
        return OldTunnel(screw.id, screw.host, False, now, None, None, notes)
    if inside < IN_BONE:
        was = Rod(*rod, now[0].radius_mm, "siblings", prior + now[0].spread)
        return OldTunnel(screw.id, screw.host, False, now, was, None, notes)
    ct = mar.crop(near.origin, near.upper)
    found = old_channel(near, ct, bone, rod, now[0].radius_mm, prior)
    was = Rod(found.start, found.end, now[0].radius_mm, "lucency", found.spread)
    return OldTunnel(screw.id, screw.host, False, now, was, found.halo_mm, notes)


def _bone_about(
    labels: Volume, rod: tuple[Point, Point], radius_mm: float, host: str, side: Side
) -> tuple[Volume, Mask, float]:
    """Labels about a screw, its host's bone there with gaps as wide as a tunnel closed, and the screw's share in it."""
    near = labels.crop(np.minimum(*rod) - MARGIN_MM, np.maximum(*rod) + MARGIN_MM)
    hosts = (Label.SACRUM,) if host == "sacrum" else (Label.hip(side), Label.hip(side.other))
    bone = np.isin(near.voxels, hosts)
    beside = edt.edt(~bone, anisotropy=near.sampling) if bone.any() else np.full(bone.shape, np.inf)
    away = near.like(beside).nearest(np.linspace(*rod, STATIONS))
    return near, closing(bone, HOLE_GAP_MM, near), float((away <= radius_mm + RIM_MM).mean())


def travel(screws: list[tuple[Rod, ...]]) -> Array | None:
    """(2, 2) mm²: how the ends of a host's screws have travelled, per direction, by its broken ones; None without any.

    The head piece hangs on the endoprosthesis, the tip has stayed: the head's line against the tip's, over the
    screw's length, is the way a whole one went.
    """
    ends = [_apart(now) for now in screws if len(now) > 1]
    if not ends:
        return None
    return np.sum([e @ e.T for e in ends], axis=0) / (2 * len(ends)) + np.eye(2) * LEAST_TRAVEL_MM**2


def _apart(now: tuple[Rod, ...]) -> Array:
    """(2, 3) mm: from the first tunnel to the head piece's line, at the head and at the tip, across the tunnel."""
    was, head = prolonged(now), now[0]
    along = (head.end - head.start) / np.linalg.norm(head.end - head.start)
    tunnel = (was.end - was.start) / np.linalg.norm(was.end - was.start)
    lines = np.array([head.start, head.start + along * np.linalg.norm(was.end - was.start)])
    off = lines - np.array([was.start, was.end])
    return off - np.outer(off @ tunnel, tunnel)


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


def tunnel_warnings(tunnels: tuple[OldTunnel, ...]) -> tuple[str, ...]:
    """What is not known about where screws were put."""
    lost = [f"{t.id} ({t.host})" for t in tunnels if t.was is None]
    blurred = [
        f"{t.id} ({t.host}, ±{SURE * t.was.error_mm(0.5):.1f} mm)"
        for t in tunnels
        if t.was is not None and t.was.error_mm(0.5) > BLURRED_MM
    ]
    said = {
        "have left the bone: where they were put is not known, look for their empty channels": lost,
        "may have been put elsewhere than they lie, and the bone does not show where": blurred,
    }
    return tuple(f"old screws {', '.join(which)} {what}" for what, which in said.items() if which)
