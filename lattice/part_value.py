"""The compiled evaluation of the print part at one place; `part_field` says what it is made of."""

from math import factorial

from hemipelvis.arrays import Array
from hemipelvis.compiled import inlined
from hemipelvis.lattice.gyroid import TURN

BEYOND_MM = 1e3
"""Value beyond the envelope's grid: far outside."""
FAR_MM = 2.0
"""Farther outside the envelope nothing else counts."""
LATTICE_CORE, HOLLOW_CORE, SOLID_CORE = 0.0, 1.0, 2.0
LEVEL, SCALE, OVERLAP, BLEND, SHEET, CORE, DEPTH, CORE_LEVEL, GRADE = range(9)
COUNT = 9
"""Places in `numbers`; DEPTH and GRADE are depths (mm) below the envelope, SCALE turns g into mm."""
ENVELOPE, SOLID, LATTICE = 1, 2, 4
EVERY = 7
"""Sets of the field's terms: which of them are looked at."""

S = tuple((-1) ** n / factorial(2 * n + 1) for n in range(1, 6))
C = tuple((-1) ** n / factorial(2 * n) for n in range(1, 7))
"""Taylor's coefficients of sin d / d and cos d, in powers of d² from the first on."""


@inlined
def wave(waves: Array, whole: int, share: float) -> tuple[float, float]:
    """Sine and cosine of the phase at node `whole` (0 … samples) + `share` of the way to the next.

    Turned from the nearest node's: within an eighth of a turn (4 samples a cell) these sums are right to 1e-11.
    """
    samples = len(waves)
    if share > 0.5:
        whole, share = whole + 1, share - 1.0
    at = whole if whole < samples else whole - samples
    if share == 0.0:
        return waves[at, 0], waves[at, 1]
    d = TURN / samples * share
    q = d * d
    sine = d * (1 + q * (S[0] + q * (S[1] + q * (S[2] + q * (S[3] + q * S[4])))))
    cosine = 1 + q * (C[0] + q * (C[1] + q * (C[2] + q * (C[3] + q * (C[4] + q * C[5])))))
    s, c = waves[at, 0], waves[at, 1]
    return s * cosine + c * sine, c * cosine - s * sine


@inlined
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


@inlined
def columns(v: Array, x: float, y: float, z: float, count: int, out: Array) -> None:
    """Values at y, z (indices) in the `count` columns from the one at or before x on.

    Places along a row then need one interpolation each; every cell gets the same bits at a node.
    """
    first = min(int(x), v.shape[2] - 2)
    j, k = min(int(y), v.shape[1] - 2), min(int(z), v.shape[0] - 2)
    b, c = y - j, z - k
    for n in range(min(count, v.shape[2] - first)):
        i = first + n
        low = v[k, j, i] * (1 - b) + v[k, j + 1, i] * b
        out[n] = low * (1 - c) + (v[k + 1, j, i] * (1 - b) + v[k + 1, j + 1, i] * b) * c


@inlined
def _blend(a: float, b: float, radius: float) -> float:
    """Quadratic smooth minimum (Quilez); the plain one for radius 0."""
    h = radius - abs(a - b)
    return min(a, b) if h <= 0 else min(a, b) - h * h / (4 * radius)


@inlined
def _level_at(outer: float, numbers: Array) -> float:
    """The level at a depth: from the outer to the core's along GRADE mm (porosity is nearly linear in it)."""
    if numbers[GRADE] <= 0:
        return numbers[LEVEL]
    share = min(max(-outer / numbers[GRADE], 0.0), 1.0)
    return numbers[LEVEL] + (numbers[CORE_LEVEL] - numbers[LEVEL]) * share


@inlined
def metal(outer: float, solid: float, g: float, numbers: Array) -> float:
    """Value in mm of what the envelope cuts, solid and lattice, from the envelope's and the solid's, and g."""
    lattice = ((abs(g) if numbers[SHEET] != 0 else g) - _level_at(outer, numbers)) * numbers[SCALE]
    blend, below = numbers[BLEND], outer + numbers[DEPTH]
    if numbers[CORE] == HOLLOW_CORE:
        lattice = max(lattice, -below)
    if numbers[CORE] == SOLID_CORE:
        lattice = _blend(below, lattice, blend)
    return _blend(solid - numbers[OVERLAP], lattice, blend)


@inlined
def combined(outer: float, solid: float, g: float, numbers: Array) -> float:
    """Value in mm of the part."""
    if outer > FAR_MM:
        return outer
    return max(outer, metal(outer, solid, g, numbers))


@inlined
def value_at(
    envelope: Array, solid: Array, steps: Array, numbers: Array, x: float, y: float, z: float,
    sx: float, cx: float, sy: float, cy: float, sz: float, cz: float, terms: int = EVERY,
) -> float:  # fmt: skip
    """Value in mm, negative in metal, at a place (nodes x, y, z) whose phases have these sines and cosines."""
    x, y, z = x * steps[0, 0] + steps[1, 0], y * steps[0, 1] + steps[1, 1], z * steps[0, 2] + steps[1, 2]
    if not (0 <= x <= envelope.shape[2] - 1 and 0 <= y <= envelope.shape[1] - 1 and 0 <= z <= envelope.shape[0] - 1):
        return BEYOND_MM
    outer = trilinear(envelope, x, y, z) if terms & ENVELOPE else -BEYOND_MM
    if terms == ENVELOPE:
        return outer
    inner = trilinear(solid, x, y, z) if terms & SOLID else BEYOND_MM
    return combined(outer, inner, sx * cy + sy * cz + sz * cx, numbers)
