"""The patient on a voxel grid: labels, tissue CT numbers and the metals' shares of each voxel."""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array, Voxels
from hemipelvis.field import Field
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.phantom.bake import near_surface, nodes
from hemipelvis.phantom.patient import CORTEX_HU, HARDWARE_BOX, Bone, PhantomPatient
from hemipelvis.phantom.soft import BOWEL_HU, FAT_HU, GAS_HU, MUSCLE_HU, SKIN_HU, SKIN_MM, URINE_HU
from hemipelvis.progress import Progress, part, silent
from hemipelvis.volume import Volume

SOFT_PITCH_MM = 4.0
Window = tuple[slice, slice, slice]

_MIRRORED = {
    Label.HIP_LEFT: Label.HIP_RIGHT,
    Label.HIP_RIGHT: Label.HIP_LEFT,
    Label.FEMUR_LEFT: Label.FEMUR_RIGHT,
    Label.FEMUR_RIGHT: Label.FEMUR_LEFT,
}


@dataclass(frozen=True)
class Scene:
    """labels, screws: uint8; tissue: int16 HU without hardware; hardware: (material, window, share float32 in it)."""

    labels: Volume
    screws: Volume
    tissue: Volume
    hardware: tuple[tuple[str, Window, Voxels], ...]


def paint(patient: PhantomPatient, grid: Volume, progress: Progress = silent) -> Scene:
    """Voxels of a patient on a grid; a voxel has a label when its centre lies in the solid."""
    labels, screws = np.zeros(grid.voxels.shape, np.uint8), np.zeros(grid.voxels.shape, np.uint8)
    tissue = _soft_tissue(patient, grid, part(progress, 0, 0.4))
    for field, hu, box in patient.gaps:
        window, values = _distances(patient, grid, field, box)
        _blend(tissue, window, values, hu, grid)
    for n, bone in enumerate(patient.bones):
        progress("painting bones", 0.4 + 0.4 * n / len(patient.bones))
        _paint_bone(patient, grid, bone, tissue, labels)
    hardware = _paint_hardware(patient, grid, labels, screws)
    progress("painting hardware", 1.0)
    return Scene(grid.like(labels), grid.like(screws), grid.like(tissue), hardware)


def sided(label: Label, side: Side) -> Label:
    """The label of a build-frame bone in a patient affected on `side`."""
    return label if side is Side.LEFT else _MIRRORED.get(label, label)


def _paint_bone(patient: PhantomPatient, grid: Volume, bone: Bone, tissue: Voxels, labels: Voxels) -> None:
    """Add one bone to tissue and labels (in place)."""
    window, distance = _distances(patient, grid, bone.field, bone.box)
    near = distance.voxels < grid.spacing[0]
    depth = -distance.voxels[near].astype(float)
    points = patient.build(distance.points_where(near))
    shell = np.clip(0.5 + (bone.cortex_mm - depth) / 0.8, 0, 1)
    hu = _marbled(points, bone.trabecular_hu, patient.seed)
    hu = hu + (CORTEX_HU - hu) * shell
    for inclusion, value in bone.inclusions:
        hu = hu + (value - hu) * np.clip(0.5 - inclusion(points) / 1.5, 0, 1)
    share = np.clip(0.5 + depth / grid.spacing[0], 0, 1)
    under = tissue[window][near]
    tissue[window][near] = np.rint(under + (hu - under) * share).astype(np.int16)
    labels[window][distance.voxels < 0] = sided(bone.label, patient.side)


def _paint_hardware(
    patient: PhantomPatient, grid: Volume, labels: Voxels, screws: Voxels
) -> tuple[tuple[str, Window, Voxels], ...]:
    """Metal labels and instances (in place); the shares of liner, endoprosthesis and screws in each voxel."""
    h = patient.hardware
    cup = np.array([h.cup_centre - 30, h.cup_centre + 30])
    layers = [("polyethylene", h.polyethylene, 0, cup)]
    layers += [("titanium", s.metal() - h.metal, s.id, s.box()) for s in h.screws]
    layers += [("titanium", h.titanium, -1, HARDWARE_BOX), ("cobalt_chromium", h.cobalt_chromium, -1, cup)]
    painted = []
    for material, field, number, box in layers:
        window, distance = _distances(patient, grid, field, box)
        inside = distance.voxels < 0
        if number:
            labels[window][inside] = Label.SCREWS if number > 0 else Label.ENDOPROSTHESIS
        if number > 0:
            screws[window][inside] = number
        painted.append((material, window, _share(distance.voxels, grid)))
    return tuple(painted)


def _share(distance: Voxels, grid: Volume) -> Voxels:
    """Share (0 to 1) of a voxel behind a surface at a distance from its centre."""
    return np.clip(0.5 - distance / grid.spacing[0], 0, 1).astype(np.float32)


def _blend(tissue: Voxels, window: Window, distance: Volume, hu: float, grid: Volume) -> None:
    """Put a material of one CT number into the tissue (in place)."""
    under = tissue[window].astype(np.float32)
    tissue[window] = np.rint(under + (hu - under) * _share(distance.voxels, grid)).astype(np.int16)


def _distances(patient: PhantomPatient, grid: Volume, field: Field, box: Array) -> tuple[Window, Volume]:
    """The grid's window around a solid's box (build frame), and the solid's distances in it."""
    corners = _corners(patient, box)
    low = np.clip(np.floor(grid.index_from_world(corners[0])), 0, grid.size).astype(int)
    high = np.clip(np.ceil(grid.index_from_world(corners[1])) + 1, low, grid.size).astype(int)
    window = tuple(slice(int(a), int(b)) for a, b in zip(low[::-1], high[::-1], strict=True))
    cropped = Volume(grid.voxels[window], grid.spacing, grid.world_from_index(low))
    return (window[0], window[1], window[2]), near_surface(patient.placed(field), cropped)


def _corners(patient: PhantomPatient, box: Array) -> Array:
    """World box around a build-frame box."""
    corners = patient.world(np.array(np.meshgrid(*box.T)).reshape(3, -1).T)
    return np.array([corners.min(0), corners.max(0)])


def _soft_tissue(patient: PhantomPatient, grid: Volume, progress: Progress) -> Voxels:
    """int16 HU of all soft tissue; the outlines are sampled coarsely and refined by interpolation."""
    s = patient.soft
    layers = [
        (s.skin, SKIN_HU),
        (s.skin.offset(-SKIN_MM), FAT_HU),
        (s.muscle, MUSCLE_HU),
        (s.bowel, BOWEL_HU),
        (s.gas, GAS_HU),
        (s.bladder, URINE_HU),
    ]
    low, high = grid.origin - SOFT_PITCH_MM, grid.upper + SOFT_PITCH_MM
    coarse = [(patient.placed(f).sampled(low, high, SOFT_PITCH_MM), hu) for f, hu in layers]
    tissue = np.empty(grid.voxels.shape, np.int16)
    for k in range(len(tissue)):
        progress("laying soft tissue", k / len(tissue))
        points = nodes(grid, k, k + 1)
        hu = np.full(len(points), -1000.0)
        for distances, value in coarse:
            hu += (value - hu) * np.clip(0.5 - distances.sample(points) / grid.spacing[0], 0, 1)
        tissue[k] = np.rint(hu).reshape(grid.voxels.shape[1:])
    return tissue


def _marbled(points: Array, hu: float, seed: int) -> Array:
    """Trabecular CT numbers (n,): a mean and slow waves of a few centimetres in it."""
    rng = np.random.default_rng((seed, 7))
    waves = rng.normal(size=(5, 3)) / 9.0
    return hu + 28 * np.sin(points @ waves.T + rng.uniform(0, 6, 5)).sum(axis=1)
