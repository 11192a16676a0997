"""One screw measured against the labels' own voxels, the tunnels' segments and the CT: what is stated about it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.ndimage as ndi
from numba import prange

from hemipelvis.arrays import Array, Mask, Points, square_to, unit
from hemipelvis.compiled import compiled_parallel
from hemipelvis.plan import Interface, Screw
from hemipelvis.screws.capsules import Capsules
from hemipelvis.screws.catalogue import ScrewKind
from hemipelvis.screws.host_bone import HostBone
from hemipelvis.volume import Volume

STEP_MM = 0.25
RING = 6  # samples around the thread
STATION_MM = 5.0  # of thread for one stated density
SOFT_HU = 100.0  # nerve, fat, scar and fluid; marrow that holds a screw is denser


@dataclass(frozen=True)
class Surroundings:
    """What a host's screws are measured against.

    host; outside, nerves: centres (n, 3) of the voxels that bound the bone, and of the canal's and foramina's.
    """

    host: HostBone
    interface: Interface
    outside: Points
    nerves: Points


def surroundings(host: HostBone, interface: Interface) -> Surroundings:
    """Voxels next to the solid, and next to it those of the canal and foramina."""
    return Surroundings(
        host, interface, _shell(host.solid, ~host.solid.voxels), _shell(host.solid, host.nerves & ~host.solid.voxels)
    )


def _shell(solid: Volume, empty: Mask) -> Points:
    """Empty voxels that touch the solid, those just beyond the grid among them."""
    padded = np.pad(solid.voxels, 1)
    beyond = np.pad(empty, 1, constant_values=bool(empty.sum() * 2 > empty.size))
    touching = np.asarray(ndi.binary_dilation(padded, np.ones((3, 3, 3))), bool) & beyond & ~padded
    return solid.world_from_index(np.argwhere(touching)[:, ::-1] - 1)


@compiled_parallel
def _nearest_box(points: Array, centres: Array, half: Array) -> Array:
    """Distance (n,) from each point to the nearest of many equal boxes."""
    out = np.empty(points.shape[0])
    for i in prange(points.shape[0]):
        best = np.inf
        for j in range(centres.shape[0]):
            square = 0.0
            for a in range(3):
                over = max(abs(points[i, a] - centres[j, a]) - half[a], 0.0)
                square += over * over
            best = min(best, square)
        out[i] = np.sqrt(best)
    return out


def measured(
    name: str,
    entry: Any,
    tip: Any,
    kind: ScrewKind,
    near: Surroundings,
    tunnels: Capsules,
    mar: Volume,
    score: float,
) -> Screw:
    """A screw with its clearances and its purchase. `clearance_screw_mm` is left to `with_neighbours`.

    Notes: clearance_nerve_mm; untouched_share of its axis by old screws; thread_hu by every 5 mm from where it enters
    bone; soft_mm, its longest stretch in soft tissue.
    """
    entry, tip, diameter_mm = np.asarray(entry, float), np.asarray(tip, float), kind.diameter_mm
    line = np.linspace(entry, tip, max(int(np.ceil(np.linalg.norm(tip - entry) / STEP_MM)), 1) + 1)
    in_bone = line[_from_first_bone(line, near)]
    bone_entry = in_bone[0] if len(in_bone) else tip
    hu = _thread_hu(in_bone, tip - entry, diameter_mm / 2, mar)
    held = near.host.solid.like(near.host.bone).nearest(in_bone) > 0
    return Screw(
        id=name, host=near.interface.host, entry=entry, tip=tip, diameter_mm=diameter_mm,
        head_diameter_mm=kind.head_mm, bone_entry=bone_entry,
        clearance_tunnel_mm=tunnels.clearance(entry, tip, diameter_mm / 2),
        clearance_cortex_mm=_room(in_bone, near.outside, near) - diameter_mm / 2,
        clearance_screw_mm=None,
        purchase_mm=float(held.mean() * np.linalg.norm(tip - bone_entry)) if len(held) else 0.0,
        purchase_hu=float(hu.mean()) if len(hu) else 0.0,
        score=score,
        notes={
            "clearance_nerve_mm": _nerve_clearance(in_bone, near, diameter_mm),
            "untouched_share": _untouched(in_bone, diameter_mm, tunnels),
            "thread_hu": _by_station(hu),
            "soft_mm": _longest_soft_mm(hu),
        },
    )  # fmt: skip


def _from_first_bone(line: Points, near: Surroundings) -> slice:
    """Samples from where the line, past the reamed face, first meets bone."""
    bone = near.host.solid.like(near.host.bone).nearest(line) > 0
    first = np.flatnonzero(bone & ((line - near.interface.point) @ near.interface.normal <= 0))
    return slice(first[0], None) if len(first) else slice(len(line), None)


def _room(points: Points, centres: Points, near: Surroundings) -> float:
    """Least distance from points to the boxes of voxels; 0 for a point in one."""
    if len(points) == 0 or len(centres) == 0:
        return 0.0
    solid = near.host.solid
    outside = solid.nearest(points) == 0
    distance = _nearest_box(np.ascontiguousarray(points), np.ascontiguousarray(centres), solid.spacing / 2)
    return float(np.where(outside, 0.0, distance).min())


def _nerve_clearance(points: Points, near: Surroundings, diameter_mm: float) -> float | None:
    return _room(points, near.nerves, near) - diameter_mm / 2 if len(near.nerves) else None


def _untouched(points: Points, diameter_mm: float, tunnels: Capsules) -> float:
    """Share of the axis in bone about which no old screw ran within a thread's width of the thread."""
    return float((tunnels.away(points) >= 1.5 * diameter_mm).mean()) if len(points) else 0.0


def _thread_hu(axis: Points, along: Array, radius_mm: float, mar: Volume) -> Array:
    """Mean HU (n,) on the axis and around the thread at every sample of it."""
    if len(axis) == 0:
        return np.zeros(0)
    u, v = square_to(unit(along))
    turn = np.arange(RING) * 2 * np.pi / RING
    ring = radius_mm * (np.cos(turn)[:, None] * u + np.sin(turn)[:, None] * v)
    offsets = np.vstack([np.zeros(3), ring])
    values = mar.sample((axis[:, None] + offsets).reshape(-1, 3)).reshape(len(axis), -1)
    return np.asarray(np.nan_to_num(values).mean(axis=1))


def _by_station(values: Array) -> list[int]:
    """Means over every `STATION_MM` of thread, head side first."""
    count = max(round(STATION_MM / STEP_MM), 1)
    return [round(float(values[i : i + count].mean())) for i in range(0, len(values), count)]


def _longest_soft_mm(values: Array) -> float:
    """Longest stretch of thread in soft tissue: a void, a foramen filled in, or a way out of the bone."""
    longest = run = 0
    for soft in values < SOFT_HU:
        run = run + 1 if soft else 0
        longest = max(longest, run)
    return longest * STEP_MM


def with_neighbours(screw: Screw, others: Capsules) -> Screw:
    """The screw with its clearance from the other new ones."""
    return replace(screw, clearance_screw_mm=others.clearance(screw.entry, screw.tip, screw.diameter_mm / 2))
