"""From the pore size and porosity wanted to the gyroid that has them, everything solved numerically."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from hemipelvis.arrays import Array, Points
from hemipelvis.errors import InputError
from hemipelvis.lattice import pore_size
from hemipelvis.lattice.cell_mesh import level_for_mesh, meshed_euler, meshed_porosity
from hemipelvis.lattice.gyroid import EULER, Kind, gyroid, level_of, nodes, solid_value, steepness, surface_points
from hemipelvis.lattice.printed import drawn_for
from hemipelvis.lattice.unit_cell import cell_corners, raw_cell, unit_cell
from hemipelvis.settings import LatticeSettings

DENSE = np.array([(a, b, 12 - a - b) for a in range(13) for b in range(13 - a)]) / 12
"""Barycentric coordinates of points 1/12 of a side apart: distances from them are right to 1e-4 of a cell."""

UNPRINTABLE = 0.5
"""Of a printer's least strut (a house figure): below it there is nothing that a test piece could show to hold."""


@dataclass(frozen=True)
class Calibration:
    """A gyroid with known sizes.

    `level` is the formula's, `mesh_level` the one at which a mesh of `samples_per_cell` holds the porosity too;
    core_level and core_mesh_level the same for the core's porosity (equal unless graded).
    `steepness` is the mean |∇g| over the surface, per cell: (g − level) · cell_mm / steepness is nearly a distance.
    porosity and the pores' sizes are those of the print: measured on the meshed cell, less the printer's growth if one
    is stated. drawn_porosity is the drawing's, mesh_porosity that of the meshed cell; formula_throat_um is what the
    formula would have without the mesh. strut_min_mm and strut_mean_mm are the drawing's by the formula: the thinnest
    place along the struts' (or sheets') middle, and the mean; mesh_strut_min_mm is the thinnest in the mesh. core_…:
    the core's, by the formula.
    """

    kind: Kind
    cell_mm: float
    level: float
    mesh_level: float
    core_level: float
    core_mesh_level: float
    samples_per_cell: int
    steepness: float
    porosity: float
    drawn_porosity: float
    mesh_porosity: float
    pore_definition: str
    throat_um: float
    inscribed_um: float
    mean_um: float
    formula_throat_um: float
    strut_min_mm: float
    strut_mean_mm: float
    mesh_strut_min_mm: float
    core_strut_min_mm: float
    core_throat_um: float
    print_growth_um: float
    warnings: tuple[str, ...]

    @property
    def pitch_mm(self) -> float:
        """Distance between the samples the part is meshed on."""
        return self.cell_mm / self.samples_per_cell


@dataclass(frozen=True)
class UnitSizes:
    """Pore sizes, thinnest and mean strut of a level, in cells."""

    pore: pore_size.Sizes
    strut_min: float
    strut_mean: float


def calibrate(settings: LatticeSettings) -> Calibration:
    """The gyroid whose pores, as defined, have the size and porosity wanted once it is meshed and printed.

    Raises InputError if that porosity leaves no through-going pore, or `samples_per_cell` cannot mesh the lattice.
    """
    kind, growth_mm, n = settings.kind, settings.print_growth_um / 1000, settings.samples_per_cell
    drawn = drawn_for(kind, settings.porosity, settings.pore_um / 1000, growth_mm, settings.pore_definition)
    mesh_level = _mesh_level(settings, drawn.level, drawn.porosity)
    exact, mesh = unit_sizes(kind, drawn.level), mesh_sizes(kind, drawn.level, mesh_level, n)
    cell_mm = (settings.pore_um / 1000 + growth_mm) / getattr(mesh.pore, settings.pore_definition)
    core_level, core_mesh_level, core = _core(settings, drawn.level, mesh_level)
    return Calibration(
        kind=kind,
        cell_mm=cell_mm,
        level=drawn.level,
        mesh_level=mesh_level,
        core_level=core_level,
        core_mesh_level=core_mesh_level,
        samples_per_cell=n,
        steepness=steepness(_levels(kind, drawn.level)),
        porosity=settings.porosity,
        drawn_porosity=drawn.porosity,
        mesh_porosity=cell_porosity(kind, drawn.level, mesh_level, n),
        pore_definition=settings.pore_definition,
        throat_um=1000 * (cell_mm * mesh.pore.throat - growth_mm),
        inscribed_um=1000 * (cell_mm * mesh.pore.inscribed - growth_mm),
        mean_um=1000 * (cell_mm * mesh.pore.mean - growth_mm),
        formula_throat_um=1000 * (cell_mm * exact.pore.throat - growth_mm),
        strut_min_mm=cell_mm * exact.strut_min,
        strut_mean_mm=cell_mm * exact.strut_mean,
        mesh_strut_min_mm=cell_mm * mesh.strut_min,
        core_strut_min_mm=cell_mm * core.strut_min,
        core_throat_um=1000 * (cell_mm * core.pore.throat - growth_mm),
        print_growth_um=settings.print_growth_um,
        warnings=_warnings(cell_mm * min(exact.strut_min, core.strut_min), cell_mm / n),
    )


def _core(settings: LatticeSettings, level: float, mesh_level: float) -> tuple[float, float, UnitSizes]:
    """Level, mesh level and sizes of the core: the lattice's own unless graded."""
    if settings.core_porosity is None:
        return level, mesh_level, unit_sizes(settings.kind, level)
    core = level_of(settings.kind, settings.core_porosity)
    return core, _mesh_level(settings, core, settings.core_porosity), unit_sizes(settings.kind, core)


def _levels(kind: Kind, level: float) -> tuple[float, ...]:
    return (level,) if kind == "network" else (-level, level)


@lru_cache(maxsize=32)
def unit_sizes(kind: Kind, level: float) -> UnitSizes:
    """Sizes of pores and metal at a level. Raises ValueError if either is closed."""
    return _sizes(kind, level, surface_points(_levels(kind, level)))


@lru_cache(maxsize=32)
def mesh_sizes(kind: Kind, level: float, mesh_level: float, samples: int) -> UnitSizes:
    """Sizes of pores and metal between the triangles of the meshed cell."""
    corners = cell_corners(unit_cell(kind, level, mesh_level, samples))
    points: Array = np.einsum("sb,fbx->fsx", DENSE, corners).reshape(-1, 3)
    return _sizes(kind, level, points % 1.0 % 1.0)


def cell_porosity(kind: Kind, level: float, mesh_level: float, samples: int) -> float:
    """Porosity of the cell that is copied: marching cubes' own, and what the fitted triangles enclose beyond them."""
    raw, cell = raw_cell(kind, mesh_level, samples), unit_cell(kind, level, mesh_level, samples)
    return meshed_porosity(kind, mesh_level, samples) - (_enclosed(cell_corners(cell)) - _enclosed(cell_corners(raw)))


def _enclosed(corners: Array) -> float:
    return float(np.einsum("fi,fi->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6)


def _sizes(kind: Kind, level: float, surface: Points) -> UnitSizes:
    solid = solid_value(kind, gyroid(nodes(pore_size.SAMPLES))) < level
    pore = pore_size.sizes(~solid, surface)
    if kind == "sheet":  # its middle is g = 0, by symmetry
        thickness = 2 * pore_size.distances(surface_points((0.0,)), surface)
        return UnitSizes(pore, float(thickness.min()), float(thickness.mean()))
    strut = pore_size.sizes(solid, surface)
    return UnitSizes(pore, strut.throat, strut.mean)


def _mesh_level(settings: LatticeSettings, level: float, porosity: float) -> float:
    kind, samples = settings.kind, settings.samples_per_cell
    try:
        found = level_for_mesh(kind, porosity, level, samples)
    except ValueError:
        found = level
    meshed, euler = meshed_porosity(kind, found, samples), meshed_euler(kind, found, samples)
    if abs(meshed - porosity) > 0.002 or euler != EULER[kind]:
        raise InputError(
            f"lattice.samples_per_cell = {samples}, which meshes a {kind} gyroid of {porosity:.0%} porosity"
            f" with {meshed:.1%} and an Euler characteristic of {euler} per cell",
            f"samples fine enough for the porosity and for {EULER[kind]}, the gyroid's own",
            "raise lattice.samples_per_cell, or choose the network kind or less porosity",
        )
    return found


def _warnings(strut_mm: float, pitch_mm: float) -> tuple[str, ...]:
    if pitch_mm <= strut_mm:
        return ()
    return (f"samples stand {pitch_mm:.3f} mm apart, struts are {strut_mm:.3f} mm: raise lattice.samples_per_cell",)


def thin_struts(calibration: Calibration, least_mm: float, printer: str) -> tuple[str, ...]:
    """A warning if the thinnest strut in the file is thinner than the printer's least, and what would mend it.

    At the same porosity all sizes grow with the pore's: the one stated is exact, unless a growth is compensated.
    Raises InputError where it is thinner than UNPRINTABLE of the least.
    """
    c = calibration
    found = min(c.mesh_strut_min_mm, c.core_strut_min_mm)
    if found >= least_mm:
        return ()
    drawn = c.print_growth_um / 1000
    pore = {"throat": c.throat_um, "inscribed": c.inscribed_um, "mean": c.mean_um}[c.pore_definition] / 1000
    wanted = int(np.ceil(1000 * ((pore + drawn) * least_mm / found - drawn)))
    thin = (
        f"the thinnest strut is {found:.3f} mm in the mesh ({min(c.strut_min_mm, c.core_strut_min_mm):.3f} mm by the"
        f" formula), below the {least_mm:g} mm stated for the {printer}"
    )
    mend = f"{least_mm:g} mm with lattice.pore_um = {wanted} at the same porosity, or with less lattice.porosity"
    if found < UNPRINTABLE * least_mm:
        raise InputError(
            thin,
            f"at least half of it ({UNPRINTABLE * least_mm:g} mm): what is thinner comes out as loose grains",
            f"it reaches {mend}; or state the machine it is for as export.machine",
        )
    return (
        f"{thin}: ask the printer for a test piece. It reaches {mend}; finer lattice.samples_per_cell bring the mesh"
        " nearer to the formula",
    )
