"""What a printer can do, from a data file with its sources."""

import json
from dataclasses import dataclass
from importlib import resources

from hemipelvis.errors import InputError
from hemipelvis.jsonable import from_json


@dataclass(frozen=True)
class Machine:
    """build_mm: largest part along x, y, z (z is the build direction). sources: where each figure stands."""

    name: str
    build_mm: tuple[float, float, float]
    layer_um: tuple[float, float]
    beam_um: float
    powder_um: tuple[float, float]
    least_strut_mm: float
    least_wall_mm: float
    least_gap_mm: float
    material: str
    density_g_cm3: float
    sources: tuple[str, ...]


def machines() -> list[str]:
    """Names of the machines that have a data file."""
    folder = resources.files("hemipelvis.export")
    return sorted(f.name.removesuffix(".machine.json") for f in folder.iterdir() if f.name.endswith(".machine.json"))


def machine(name: str) -> Machine:
    """A machine by name. Raises InputError listing the known ones."""
    if name not in machines():
        raise InputError(f"machine {name!r}", f"one of {', '.join(machines())}", "correct export.machine in case.toml")
    text = (resources.files("hemipelvis.export") / f"{name}.machine.json").read_text(encoding="utf-8")
    return from_json(Machine, json.loads(text))
