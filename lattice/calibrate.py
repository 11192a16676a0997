"""From the pore size and porosity wanted to the gyroid that has them, everything solved numerically."""

from dataclasses import dataclass

from hemipelvis.errors import InputError
from hemipelvis.lattice import pore_size
from hemipelvis.lattice.cell_mesh import level_for_mesh, meshed_euler, meshed_porosity
from hemipelvis.lattice.gyroid import Kind, gyroid, level_of, nodes, solid_value, steepness, surface_points
from hemipelvis.settings import LatticeSettings

LEAST_STRUT_MM = 0.35
"""Below about this, struts melted by electron beam come out broken or much thicker than drawn (house default)."""
EULER = {"network": -8, "sheet": -16}
"""Euler characteristic of the surface per cell: genus 5 per cubic cell; a sheet has two surfaces."""


@dataclass(frozen=True)
class Calibration:
    """A gyroid with known sizes.

    `level` is the formula's, `mesh_level` the one at which a mesh of `samples_per_cell` holds `porosity` too;
    `steepness` is the mean |∇g| over the surface, per cell: (g − level) · cell_mm / steepness is nearly a distance.
    Sizes of pores and struts are the formula's: throat, inscribed and mean as `pore_size` defines them;
    strut_min_mm is the thinnest place along the struts' (or sheets') middle.
    """

    kind: Kind
    cell_mm: float
    level: float
    mesh_level: float
    samples_per_cell: int
    steepness: float
    porosity: float
    pore_definition: str
    throat_um: float
    inscribed_um: float
    mean_um: float
    strut_min_mm: float
    strut_mean_mm: float
    warnings: tuple[str, ...]

    @property
    def pitch_mm(self) -> float:
        """Distance between the samples the part is meshed on."""
        return self.cell_mm / self.samples_per_cell


def calibrate(settings: LatticeSettings) -> Calibration:
    """The gyroid whose pores, by the definition stated, have the size and porosity wanted.

    Raises InputError if that porosity leaves no through-going pore, or `samples_per_cell` cannot mesh the lattice.
    """
    level = level_of(settings.kind, settings.porosity)
    levels = (level,) if settings.kind == "network" else (-level, level)
    pore, strut_min, strut_mean = _unit_sizes(settings.kind, level, levels)
    wanted = {"throat": pore.throat, "inscribed": pore.inscribed, "mean": pore.mean}[settings.pore_definition]
    cell_mm = settings.pore_um / 1000 / wanted
    return Calibration(
        kind=settings.kind,
        cell_mm=cell_mm,
        level=level,
        mesh_level=_mesh_level(settings, level),
        samples_per_cell=settings.samples_per_cell,
        steepness=steepness(levels),
        porosity=settings.porosity,
        pore_definition=settings.pore_definition,
        throat_um=1000 * cell_mm * pore.throat,
        inscribed_um=1000 * cell_mm * pore.inscribed,
        mean_um=1000 * cell_mm * pore.mean,
        strut_min_mm=cell_mm * strut_min,
        strut_mean_mm=cell_mm * strut_mean,
        warnings=_warnings(cell_mm * strut_min, cell_mm / settings.samples_per_cell),
    )


def _unit_sizes(kind: Kind, level: float, levels: tuple[float, ...]) -> tuple[pore_size.Sizes, float, float]:
    """Pore sizes, thinnest and mean strut, in cells."""
    surface = surface_points(levels)
    solid = solid_value(kind, gyroid(nodes(pore_size.SAMPLES))) < level
    pore = pore_size.sizes(~solid, surface)
    if kind == "sheet":  # its middle is g = 0, by symmetry
        thickness = 2 * pore_size.distances(surface_points((0.0,)), surface)
        return pore, float(thickness.min()), float(thickness.mean())
    strut = pore_size.sizes(solid, surface)
    return pore, strut.throat, strut.mean


def _mesh_level(settings: LatticeSettings, level: float) -> float:
    kind, samples = settings.kind, settings.samples_per_cell
    found = level_for_mesh(kind, settings.porosity, level, samples)
    porosity, euler = meshed_porosity(kind, found, samples), meshed_euler(kind, found, samples)
    if abs(porosity - settings.porosity) > 0.002 or euler != EULER[kind]:
        raise InputError(
            f"lattice.samples_per_cell = {samples}, which meshes a {kind} gyroid of {settings.porosity:.0%} porosity"
            f" with {porosity:.1%} and an Euler characteristic of {euler} per cell",
            f"samples fine enough for the porosity and for {EULER[kind]}, the gyroid's own",
            "raise lattice.samples_per_cell, or choose the network kind or less porosity",
        )
    return found


def _warnings(strut_mm: float, pitch_mm: float) -> tuple[str, ...]:
    found = []
    if strut_mm < LEAST_STRUT_MM:
        found.append(
            f"the thinnest strut is {strut_mm:.3f} mm, below {LEAST_STRUT_MM} mm: ask the printer for a test piece"
        )
    if pitch_mm > strut_mm:
        found.append(
            f"samples stand {pitch_mm:.3f} mm apart, struts are {strut_mm:.3f} mm: raise lattice.samples_per_cell"
        )
    return tuple(found)
