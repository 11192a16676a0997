"""The compiled evaluation of the print part at one place; `part_field` says what it is made of."""

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled
from hemipelvis.lattice.gyroid import TURN

BEYOND_MM = 1e3
"""Value beyond the envelope's grid: far outside."""
FAR_MM = 2.0
"""Farther outside the envelope nothing else counts."""
LATTICE_CORE, HOLLOW_CORE, SOLID_CORE = 0.0, 1.0, 2.0
LEVEL, SCALE, OVERLAP, BLEND, SHEET, CORE, DEPTH, CORE_LEVEL, GRADE = range(9)
COUNT = 9
"""Places in `numbers`; DEPTH and GRADE are depths (mm) below the envelope, SCALE turns g into mm."""


@compiled
def wave(waves: Array, whole: int, share: float) -> tuple[float, float]:
    """Sine and cosine of the phase at node `whole` (0 … samples) + `share`; whole nodes come from the table."""
    samples = len(waves)
    if share == 0.0:
        at = whole if whole < samples else whole - samples
        return waves[at, 0], waves[at, 1]
    angle = TURN * (whole + share) / samples
    return np.sin(angle), np.cos(angle)


@compiled
def trilinear(v: Array, x: float, y: float, z: float) -> float:
    """Value at fractional indices inside the grid."""
    i, j, k = min(int(x), v.shape[2] - 2), min(int(y), v.shape[1] - 2), min(int(z), v.shape[0] - 2)
    a, b, c = x - i, y - j, z - k
    low = (v[k, j, i] * (1 - a) + v[k, j, i + 1] * a) * (1 - b) + (
        v[k, j + 1, i] * (1 - a) + v[k, j + 1, i + 1] * a
    ) * b
    k += 1
    high = (v[k, j, i] * (1 - a) + v[k, j, i + 1] * a) * (1 - b) + (
        v[k, j + 1, i] * (1 - a) + v[k, j + 1, i + 1] * a
    ) * b
    return low * (1 - c) + high * c


@compiled
def _blend(a: float, b: float, radius: float) -> float:
    """Quadratic smooth minimum (Quilez); the plain one for radius 0."""
    h = max(radius - abs(a - b), 0.0)
    return min(a, b) - (h * h / (4 * radius) if radius > 0 else 0.0)


@compiled
def _level_at(outer: float, numbers: Array) -> float:
    """The level at a depth: from the outer to the core's along GRADE mm (porosity is nearly linear in it)."""
    if numbers[GRADE] <= 0:
        return numbers[LEVEL]
    share = min(max(-outer / numbers[GRADE], 0.0), 1.0)
    return numbers[LEVEL] + (numbers[CORE_LEVEL] - numbers[LEVEL]) * share


@compiled
def combined(outer: float, solid: float, g: float, numbers: Array) -> float:
    """Value in mm from the envelope's and the solid's, and g."""
    if outer > FAR_MM:
        return outer
    lattice = ((abs(g) if numbers[SHEET] != 0 else g) - _level_at(outer, numbers)) * numbers[SCALE]
    blend, below = numbers[BLEND], outer + numbers[DEPTH]
    if numbers[CORE] == HOLLOW_CORE:
        lattice = max(lattice, -below)
    if numbers[CORE] == SOLID_CORE:
        lattice = _blend(below, lattice, blend)
    return max(outer, _blend(solid - numbers[OVERLAP], lattice, blend))


@compiled
def value_at(
    envelope: Array, solid: Array, steps: Array, numbers: Array, x: float, y: float, z: float,
    sx: float, cx: float, sy: float, cy: float, sz: float, cz: float,
) -> float:  # fmt: skip
    """Value in mm, negative in metal, at a place (nodes x, y, z) whose phases have these sines and cosines."""
    x, y, z = x * steps[0, 0] + steps[1, 0], y * steps[0, 1] + steps[1, 1], z * steps[0, 2] + steps[1, 2]
    if not (0 <= x <= envelope.shape[2] - 1 and 0 <= y <= envelope.shape[1] - 1 and 0 <= z <= envelope.shape[0] - 1):
        return BEYOND_MM
    outer = trilinear(envelope, x, y, z)
    return combined(outer, trilinear(solid, x, y, z), sx * cy + sy * cz + sz * cx, numbers)
