"""One check: a figure, its limit and the verdict."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Check:
    """value and limit as numbers or words; limit says its sense (“≥ 2 mm”)."""

    name: str
    value: Any
    limit: str
    passed: bool
    note: str = ""


def at_least(name: str, value: float, limit: float, unit: str, note: str = "") -> Check:
    """Passes when value ≥ limit."""
    return Check(name, round(float(value), 4), f"≥ {limit:g} {unit}".strip(), bool(value >= limit), note)


def at_most(name: str, value: float, limit: float, unit: str, note: str = "") -> Check:
    """Passes when value ≤ limit."""
    return Check(name, round(float(value), 4), f"≤ {limit:g} {unit}".strip(), bool(value <= limit), note)


def equals(name: str, value: Any, limit: Any, note: str = "") -> Check:
    """Passes when value is limit."""
    return Check(name, value, f"= {limit}", bool(value == limit), note)
