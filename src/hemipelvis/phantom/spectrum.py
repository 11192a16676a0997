"""Which photons the phantom's scanner sends, and how much of them each material stops."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from hemipelvis.arrays import Array, frozen

MATERIALS = ("water", "bone", "titanium", "cobalt_chromium", "polyethylene")


@dataclass(frozen=True)
class Spectrum:
    """weights (energies,) sum to one; attenuation (materials, energies) per mm, rows in the order of MATERIALS."""

    energies_kev: Array
    weights: Array
    attenuation: Array

    def polychromatic(self, lengths_mm: Array) -> Array:
        """−log of the share of the signal left after lengths (…, materials) of each material."""
        return -np.log(np.exp(-lengths_mm @ self.attenuation) @ self.weights)


@cache
def spectrum() -> Spectrum:
    """120 kVp by Kramers' law ("On the theory of X-ray absorption", 10.1080/14786442308565244) behind aluminium.

    An energy-integrating detector weights each photon by its energy. Characteristic lines are left out.
    """
    table = _table()
    beam = table["spectrum"]
    e = np.array(beam["bins_kev"], float)
    filtered = np.exp(-0.1 * beam["aluminium_filter_mm"] * 2.70 * _mass("aluminium", e))
    signal = (beam["kvp"] - e) / e * filtered * e * np.gradient(e)
    rows = [0.1 * m["density_g_cm3"] * sum(w * _mass(k, e) for k, w in m["parts"].items()) for m in _ordered(table)]
    return Spectrum(frozen(e), frozen(signal / signal.sum()), frozen(rows))


@cache
def _table() -> dict[str, Any]:
    return dict(json.loads(Path(__file__).with_name("materials.json").read_text(encoding="utf-8")))


def _ordered(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [table["materials"][name] for name in MATERIALS]


def _mass(name: str, energies: Array) -> Array:
    """Mass attenuation, cm²/g, log-log between the table's energies."""
    table = _table()
    known = np.log(table["energies_kev"]), np.log(table["mass_attenuation_cm2_g"][name])
    return np.exp(np.interp(np.log(energies), *known))
