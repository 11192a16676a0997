"""The printed acetabulum: a solid bowl with a round rim, and the room in it and before its mouth."""

import numpy as np

from hemipelvis.field import Field, cone, cylinder, dome, sphere
from hemipelvis.plan import CupPlan

RIM_MM = 2.0
"""How far the bowl goes on beyond its equator: the liner's own rim rests there."""
NECK_DEG = 62.0
"""Half angle kept free before the mouth for the femoral neck and the liner's introduction."""


def acetabulum_shell(cup: CupPlan) -> Field:
    """The bowl: wall of `shell_mm` around the cavity, its rim rounded."""
    return dome(cup.centre, cup.opening, cup.inner_radius_mm + cup.shell_mm / 2, cup.shell_mm, RIM_MM)


def acetabulum_ball(cup: CupPlan) -> Field:
    """The bowl's outer form, filled up to its equator."""
    away = cup.centre + cup.opening * (RIM_MM + 1)
    return sphere(cup.centre, cup.outer_radius_mm) & -cylinder(away, away + cup.opening * 60, 2 * cup.outer_radius_mm)


def cavity(cup: CupPlan) -> Field:
    """What must stay free: the cavity, its way out through the mouth, and the femoral neck's swing beyond the rim."""
    out = cylinder(cup.centre, cup.centre + cup.opening * 80, cup.inner_radius_mm)
    depth = cup.inner_radius_mm / float(np.tan(np.radians(NECK_DEG)))
    apex = cup.centre + cup.opening * (RIM_MM + cup.shell_mm / 2 - depth)
    return sphere(cup.centre, cup.inner_radius_mm) | out | cone(apex, cup.opening, NECK_DEG)
