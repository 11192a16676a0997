"""What makes one screw better than another: the weights, stated.

score = w_purchase · min(thread surface / reference, 1) + w_density · mean HU / reference + w_clearance · margin / 3 mm
        + w_direction · (1 − angle to the wished direction / the widest angle allowed)
A set's score is the sum, plus `spread` for every pair times the distance between their entries per interface radius
(at most 1): screws apart resist tilting. House weights; no published ones exist.
"""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Vector
from hemipelvis.plan import Host
from hemipelvis.screws.catalogue import ScrewKind
from hemipelvis.screws.march import Rules
from hemipelvis.settings import ScrewSettings

REFERENCE_MM2 = 60.0 * 6.5  # a 60 mm thread of a 6.5 mm screw is all one could wish
REFERENCE_HU = 400.0  # trabecular bone of the first sacral body is 150–400 HU
SAFE_MM = 3.0  # more margin than this earns nothing
LEAST_RISE_DEG = 5.0  # a sacral screw is to run upward
WIDEST_DEG = 55.0  # from the wished direction


@dataclass(frozen=True)
class Weights:
    """Shares of the score, each for a quantity scaled to about 0–1."""

    purchase: float = 1.0
    density: float = 0.3
    clearance: float = 0.3
    direction: float = 0.4
    spread: float = 0.3


WEIGHTS: dict[Host, Weights] = {
    "sacrum": Weights(),
    "pubis": Weights(direction=0.1),
    "ischium": Weights(direction=0.1),
}


def rules(
    settings: ScrewSettings, host: Host, kind: ScrewKind, wish: Vector, up: Vector, slack_mm: float = 0.0
) -> Rules:
    """Limits and weights of a search; `slack_mm` is kept on top of every clearance (the grid's own error)."""
    w = WEIGHTS[host]
    return Rules(
        radius_mm=kind.diameter_mm / 2 + slack_mm,
        clearance_mm=settings.clearance_mm,
        least_mm=settings.min_length_mm,
        shortest_mm=kind.shortest_mm,
        longest_mm=min(settings.max_length_mm, kind.longest_mm),
        length_step_mm=kind.step_mm if settings.length_step_mm is None else settings.length_step_mm,
        driver_mm=settings.driver_mm,
        driver_reach_mm=settings.driver_reach_mm,
        up=np.array(up, float),
        least_rise=float(np.sin(np.radians(LEAST_RISE_DEG))) if host == "sacrum" else -1.0,
        wish=np.array(wish, float),
        widest_cos=float(np.cos(np.radians(WIDEST_DEG))),
        w_purchase=w.purchase / REFERENCE_MM2,
        most_purchase=w.purchase,
        w_density=w.density / REFERENCE_HU,
        w_clearance=w.clearance / SAFE_MM,
        w_direction=w.direction,
    )
