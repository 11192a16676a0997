"""Distance grids to march through."""

import edt
import numpy as np

from hemipelvis.arrays import Array, Mask, Point
from hemipelvis.field import Field, half_space, sphere
from hemipelvis.frames import Plane
from hemipelvis.labels import BONES
from hemipelvis.plan import CupPlan
from hemipelvis.screws.host_bone import HostBone
from hemipelvis.screws.march import Terrain
from hemipelvis.settings import ScrewSettings
from hemipelvis.volume import Volume

COARSE_MM = 1.5  # of the driver's grid: soft tissue gives way by more than that
BEYOND_MM = 12.0


def terrain(host: HostBone, labels: Volume, at: Point, settings: ScrewSettings) -> Terrain:
    """Grids of a host; what bars the driver within its reach of `at`: bone."""
    grid = host.solid
    room = inside_distance(grid.voxels, grid.sampling) - settings.cortex_mm
    nerve = np.zeros(grid.voxels.shape, np.uint8)
    if host.nerves.any():
        doubt = float(np.linalg.norm(labels.spacing)) / 2  # the wall may lie anywhere in the label map's voxels
        to_nerve = inside_distance(~host.nerves, grid.sampling) - settings.neural_mm - doubt
        nerve = (to_nerve < room).astype(np.uint8)
        room = np.minimum(room, to_nerve)
    return Terrain(
        room.astype(np.float32), nerve, host.hu, np.array(grid.origin), np.array(grid.spacing),
        *_free_way(labels, at, settings, None),
    )  # fmt: skip


def barred(ground: Terrain, labels: Volume, at: Point, settings: ScrewSettings, cup: CupPlan) -> Terrain:
    """The same ground with the shell of a cup in the driver's way."""
    away, origin, spacing = _free_way(labels, at, settings, cup)
    return ground._replace(obstacles=away, obstacles_origin=origin, obstacles_spacing=spacing)


def _free_way(labels: Volume, at: Point, settings: ScrewSettings, cup: CupPlan | None) -> tuple[Array, Array, Array]:
    """Distance, mm, of nodes from what bars the driver within its reach; the grid's origin and spacing."""
    bars = _obstacles(labels, at, settings.driver_reach_mm + BEYOND_MM, cup)
    return edt.edt(bars.voxels == 0, anisotropy=bars.sampling), np.array(bars.origin), np.array(bars.spacing)


def inside_distance(solid: Mask, sampling: tuple[float, float, float]) -> Array:
    """Distance, mm, from voxel centres to the solid's surface, negative outside; the border of the grid is surface.

    The surface lies half a voxel before the first centre beyond it.
    """
    half = min(sampling) / 2
    inward = edt.edt(solid, anisotropy=sampling, black_border=True)
    outward = edt.edt(~solid, anisotropy=sampling)
    return np.where(solid, np.maximum(inward - half, 0), -np.maximum(outward - half, 0))


def _obstacles(labels: Volume, at: Point, reach_mm: float, cup: CupPlan | None) -> Volume:
    crop = labels.crop(at - reach_mm, at + reach_mm)
    step = tuple(max(int(COARSE_MM / s), 1) for s in crop.sampling)
    bone = np.isin(crop.voxels[:: step[0], :: step[1], :: step[2]], BONES)
    bars = Volume(np.ascontiguousarray(bone), crop.spacing * step[::-1], crop.origin)
    return bars if cup is None else bars.like(bars.voxels | (_shell(cup).on(bars).voxels <= 0))


def _shell(cup: CupPlan) -> Field:
    """The shell and all it holds, up to the plane of its mouth."""
    ball = sphere(cup.centre, cup.outer_radius_mm)
    return ball & half_space(Plane(cup.centre, cup.opening))
