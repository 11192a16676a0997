"""Screws to be had: diameters, heads and lengths, from a data file with its sources."""

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

from hemipelvis.errors import InputError
from hemipelvis.jsonable import from_json
from hemipelvis.plan import Host
from hemipelvis.settings import ScrewSettings, own_file

SUFFIX = ".screws.json"
SAME_MM = 1e-6


@dataclass(frozen=True)
class ScrewKind:
    """One row: threads of `diameter_mm` under heads of `head_mm`, from `shortest_mm` on in steps of `step_mm` (0: any
    length), head to tip.
    """

    name: str
    hosts: tuple[Host, ...]
    diameter_mm: float
    head_mm: float
    shortest_mm: float
    longest_mm: float
    step_mm: float

    def __post_init__(self) -> None:
        sound = 0 < self.diameter_mm <= self.head_mm and 0 < self.shortest_mm <= self.longest_mm and self.step_mm >= 0
        if not sound:
            raise InputError(
                f"screw kind {self.name!r}: thread {self.diameter_mm}, head {self.head_mm}, lengths "
                f"{self.shortest_mm} to {self.longest_mm} by {self.step_mm} mm",
                "0 < diameter_mm <= head_mm, 0 < shortest_mm <= longest_mm, step_mm >= 0",
                "correct the catalogue's file",
            )


@dataclass(frozen=True)
class Catalogue:
    """Kinds of screws; sources: where each figure stands."""

    name: str
    kinds: tuple[ScrewKind, ...]
    sources: tuple[str, ...] = ()

    def kind(self, diameter_mm: float, host: Host) -> ScrewKind:
        """The host's screws of a diameter. Raises InputError listing those there are."""
        mine = [k for k in self.kinds if host in k.hosts]
        for kind in mine:
            if abs(kind.diameter_mm - diameter_mm) < SAME_MM:
                return kind
        raise InputError(
            f"a {diameter_mm:g} mm screw for the {host}, which catalogue {self.name!r} does not have",
            f"one of {', '.join(f'{k.diameter_mm:g}' for k in mine) or 'none'} mm",
            "correct the diameter under [screws], or state a catalogue that has it (screws.catalogue)",
        )


def catalogue(source: str) -> Catalogue:
    """A catalogue by the name of a data file that comes along, or by the path of one's own (*.json).

    Raises InputError for a file that is missing or is no catalogue.
    """
    path = own_file(source)
    if path is None:
        return _named(source)
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except InputError as error:
        raise InputError(f"{path.name}: {error.got}", error.expected, error.mend) from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{path.name}, which cannot be read as a catalogue of screws: {error}",
            'JSON with "name" and "kinds", as in docs/screws.md',
            "correct the file, or screws.catalogue in case.toml",
        ) from error


def check_on_sale(settings: ScrewSettings) -> None:
    """Every diameter asked for is in the stated catalogue. Raises InputError where one is not."""
    sold = catalogue(settings.catalogue)
    for diameter in (settings.sacral_diameter_mm, *settings.sacral_thinner_mm) if settings.sacral else ():
        sold.kind(diameter, "sacrum")
    others: tuple[tuple[Host, int], ...] = (("pubis", settings.pubic), ("ischium", settings.ischial))
    for host, count in others:
        for diameter in settings.pubic_diameters_mm if count else ():
            sold.kind(diameter, host)
    for wish in settings.add:
        sold.kind(wish.diameter_mm, wish.host)


def _named(name: str) -> Catalogue:
    folder = resources.files("hemipelvis.screws")
    known = sorted(f.name.removesuffix(SUFFIX) for f in folder.iterdir() if f.name.endswith(SUFFIX))
    if name not in known:
        raise InputError(
            f"catalogue {name!r}", f"one of {', '.join(known)}, or a path ending in .json", "correct screws.catalogue"
        )
    return _parsed((folder / f"{name}{SUFFIX}").read_text(encoding="utf-8"))


def _parsed(text: str) -> Catalogue:
    data: Any = json.loads(text)
    return from_json(Catalogue, data)
