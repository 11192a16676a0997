"""The solid arc along the arcuate line that every other solid part hangs on."""

import numpy as np

from hemipelvis.design.body_path import BodyPath
from hemipelvis.field import Field, sweep
from hemipelvis.plan import Interface
from hemipelvis.settings import BodySettings

FOOT_SHARE = 1.25
"""Radius at the sacrum over that at mid-line: the bending moment is greatest where the arc is held."""


def arcuate_strut(path: BodyPath, interfaces: tuple[Interface, ...], settings: BodySettings) -> Field:
    """A round rod along the rail, stouter at the sacrum, tapering to what the pubic face holds.

    Its ends run on straight through the faces, so that the solid reaches the reamed bone.
    """
    sacral = next(i for i in interfaces if i.host == "sacrum")
    pubic = next((i for i in interfaces if i.host == "pubis"), None)
    radius = settings.strut_radius_mm
    end = radius if pubic is None else min(radius, 0.85 * min(pubic.halves_mm))
    share = np.linspace(0, 1, len(path.rail))
    radii = np.interp(share, [0, 0.4, 0.75, 1], [FOOT_SHARE * radius, radius, radius, end])
    line, sizes = [sacral.point - 2 * sacral.normal, *path.rail], [FOOT_SHARE * radius, *radii]
    if pubic is not None:
        line, sizes = [*line, pubic.point - 2 * pubic.normal], [*sizes, end]
    return sweep(np.array(line), sizes)
