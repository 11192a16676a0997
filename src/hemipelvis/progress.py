"""How a long computation tells how far it is, without knowing who listens."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, float], None]
"""progress(step, fraction): what is being done, and which share of the stage (0 to 1) is behind."""


def silent(step: str, fraction: float) -> None:
    """Tell nobody: the default of every stage."""


def part(progress: Progress, start: float, stop: float) -> Progress:
    """Progress of a sub-task that spans [start, stop] of the whole."""
    return lambda step, fraction: progress(step, start + (stop - start) * fraction)
