"""The print part as one field: envelope ∩ (solid grown by the overlap ∪ gyroid ∪ solid core), blended at the joints.

Everything is evaluated in node coordinates: world (LPS mm) = node · pitch, `samples` nodes to a cell, cell borders on
multiples of `samples`. Nodes that two cells share therefore get the same bits from both.
"""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.errors import InputError
from hemipelvis.lattice.calibrate import Calibration
from hemipelvis.lattice.gyroid import TURN
from hemipelvis.lattice.part_value import (
    BLEND,
    CORE,
    CORE_LEVEL,
    COUNT,
    DEPTH,
    GRADE,
    HOLLOW_CORE,
    LATTICE_CORE,
    LEVEL,
    OVERLAP,
    SCALE,
    SHEET,
    SOLID_CORE,
)
from hemipelvis.settings import LatticeSettings
from hemipelvis.volume import Volume

BLEND_MM = 0.2
"""Fillet where struts run into the solid: below half a strut, so that the pores beside it stay open."""
CORES = {"lattice": LATTICE_CORE, "hollow": HOLLOW_CORE, "solid": SOLID_CORE}


@dataclass(frozen=True)
class PartField:
    """What the compiled evaluation needs.

    envelope, solid: sampled distances (z, y, x), float32 mm; steps (2, 3): index in them = node · steps[0] + steps[1];
    waves (samples, 2): sine and cosine at whole nodes; numbers: see `part_value`; lower, upper: nodes (x, y, z) that
    enclose the part.
    """

    envelope: Array
    solid: Array
    steps: Array
    waves: Array
    numbers: Array
    pitch_mm: float
    lower: tuple[int, int, int]
    upper: tuple[int, int, int]

    @property
    def samples(self) -> int:
        """Nodes along a cell's edge."""
        return len(self.waves)

    @property
    def arrays(self) -> tuple[Array, Array, Array, Array, Array]:
        """What `value_at` takes, in its order."""
        return self.envelope, self.solid, self.steps, self.waves, self.numbers


def part_field(
    envelope: Volume, solid: Volume, calibration: Calibration, settings: LatticeSettings, exact: bool = False
) -> PartField:
    """The part's field from two on one grid: at the level that makes a mesh of it hold the porosity, or the formula's
    own when `exact`. Raises InputError if the grids differ or nothing is inside.
    """
    _check(envelope, solid)
    first, last = _inside(envelope.voxels)
    lower, upper = (
        envelope.world_from_index(first) - envelope.spacing,
        envelope.world_from_index(last) + envelope.spacing,
    )
    pitch = calibration.pitch_mm
    angle = TURN * np.arange(calibration.samples_per_cell) / calibration.samples_per_cell
    return PartField(
        np.ascontiguousarray(envelope.voxels, np.float32),
        np.ascontiguousarray(solid.voxels, np.float32),
        np.array([pitch / envelope.spacing, -envelope.origin / envelope.spacing]),
        np.stack([np.sin(angle), np.cos(angle)], axis=1),
        _numbers(calibration, settings, exact),
        pitch,
        _triple(np.floor(lower / pitch) - 1),
        _triple(np.ceil(upper / pitch) + 1),
    )


def _inside(values: Array) -> tuple[Array, Array]:
    """Least and greatest indices (x, y, z) of nodes inside."""
    plane = np.asarray((values < 0).any(axis=0))
    upright = np.asarray((values < 0).any(axis=(1, 2)))
    along = [np.flatnonzero(a) for a in (plane.any(axis=0), plane.any(axis=1), upright)]
    return np.array([a[0] for a in along]), np.array([a[-1] for a in along])


def _triple(values: Array) -> tuple[int, int, int]:
    x, y, z = (int(v) for v in values)
    return x, y, z


def _numbers(calibration: Calibration, settings: LatticeSettings, exact: bool) -> Array:
    numbers = np.zeros(COUNT)
    numbers[LEVEL] = calibration.level if exact else calibration.mesh_level
    numbers[CORE_LEVEL] = calibration.core_level if exact else calibration.core_mesh_level
    numbers[SCALE] = calibration.cell_mm / calibration.steepness
    numbers[OVERLAP], numbers[BLEND], numbers[SHEET] = settings.overlap_mm, BLEND_MM, calibration.kind == "sheet"
    numbers[CORE] = CORES[settings.core] if settings.depth_mm is not None else LATTICE_CORE
    numbers[DEPTH] = settings.depth_mm or 0.0
    numbers[GRADE] = settings.grade_mm if settings.core_porosity is not None else 0.0
    return numbers


def _check(envelope: Volume, solid: Volume) -> None:
    same = envelope.voxels.shape == solid.voxels.shape and np.allclose(envelope.origin, solid.origin)
    if not (same and np.allclose(envelope.spacing, solid.spacing)):
        raise InputError(
            f"an envelope of {envelope.voxels.shape} voxels and a solid of {solid.voxels.shape} on different grids",
            "both on one grid",
            "sample both fields on the same grid",
        )
    if not (envelope.voxels < 0).any():
        raise InputError("an empty envelope", "a body with an inside", "check the body's sizes and the defect")
