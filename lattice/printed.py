"""What to draw so that the print has the pores and porosity wanted, when the printer thickens every strut.

A printer that makes struts thicker by `growth` moves their surface out by half of it, and pores become narrower by
the same amount. Cell and level are solved together: the drawn surface, moved out, must hold the porosity, and the
pores left must have the size.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import root_scalar

from hemipelvis.errors import InputError
from hemipelvis.lattice import pore_size
from hemipelvis.lattice.gyroid import EULER, Kind, gyroid, level_of, mean_curvature, nodes, solid_value, surface_points
from hemipelvis.lattice.unit_cell import cell_corners, raw_cell

ROUNDS = 10
FINE = 1e-4
"""Cell and level are solved in turn until the cell stands within this share (0.1 µm)."""
PATCHES = 24
"""Samples per cell of the surface that areas and curvatures are summed over."""


@dataclass(frozen=True)
class Drawn:
    """A gyroid to draw: its cell, level and own porosity; sizes of its pores in cells."""

    cell_mm: float
    level: float
    porosity: float
    pore: pore_size.Sizes


def drawn_for(kind: Kind, porosity: float, pore_mm: float, growth_mm: float, definition: str) -> Drawn:
    """Solve for cell and level. Raises InputError when no pore is left, or no strut would be drawn."""
    level, cell_mm = level_of(kind, porosity), np.inf
    for _ in range(ROUNDS):
        pore = _pores(kind, level, porosity)
        before, cell_mm = cell_mm, (pore_mm + growth_mm) / getattr(pore, definition)
        if growth_mm == 0 or abs(cell_mm - before) < FINE * cell_mm:
            break
        level = _drawn_level(kind, porosity, growth_mm / 2 / cell_mm)
    return Drawn(float(cell_mm), level, porosity if growth_mm == 0 else _free(kind, level), pore)


def _pores(kind: Kind, level: float, porosity: float) -> pore_size.Sizes:
    levels = (level,) if kind == "network" else (-level, level)
    free = solid_value(kind, gyroid(nodes(pore_size.SAMPLES))) >= level
    try:
        return pore_size.sizes(free, surface_points(levels))
    except ValueError as error:
        raise InputError(
            f"lattice.porosity = {porosity:g} of a {kind} gyroid, which leaves no pore to pass through",
            "pores that run through the lattice",
            "raise lattice.porosity or choose the other kind",
        ) from error


def _drawn_level(kind: Kind, porosity: float, offset: float) -> float:
    """The level whose surface, moved outwards by `offset` cells, leaves `porosity` free."""
    printed = level_of(kind, porosity)
    low, high = (printed - 0.75, printed + 0.75) if kind == "network" else (0.05, min(printed + 0.75, 1.3))
    low = max(low, -1.35) if kind == "network" else low
    try:
        found = root_scalar(lambda t: share_free(kind, t, offset) - porosity, bracket=(low, high), xtol=1e-5)
    except ValueError as error:
        raise InputError(
            "lattice.print_growth_um, so large that nothing would be left to draw",
            "a growth well below a strut",
            "measure the growth on a test piece, or choose larger pores or less porosity",
        ) from error
    return float(found.root)


def share_free(kind: Kind, level: float, offset: float) -> float:
    """Share of the cell farther than `offset` cells outside of the surface at `level`: Steiner's formula.

    Exact as long as the moved surface nowhere meets itself (offsets below a pore's radius).
    """
    corners = cell_corners(raw_cell(kind, level, PATCHES))
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    turned = mean_curvature(corners) * (np.sign(gyroid(corners)) if kind == "sheet" else 1.0)
    gained = offset * area.sum() + offset**2 * (area @ turned.mean(axis=1)) + offset**3 / 3 * 2 * np.pi * EULER[kind]
    return _free(kind, level) - float(gained)


def _free(kind: Kind, level: float) -> float:
    shift = np.array([np.sqrt(2), np.sqrt(3), np.sqrt(5)]) / (2 * pore_size.SAMPLES)
    return float(np.mean(solid_value(kind, gyroid(nodes(2 * pore_size.SAMPLES) + shift)) >= level))
