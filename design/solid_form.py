"""The solid parts together: strut, bowl, bosses, struts to bowl and ischium, and the notch's skin."""

import numpy as np

from hemipelvis.arrays import Point, Points, unit
from hemipelvis.design.acetabulum_shell import acetabulum_shell
from hemipelvis.design.body_path import BodyPath
from hemipelvis.design.screw_bosses import bosses
from hemipelvis.field import Field, capsule
from hemipelvis.plan import CupPlan, Interface, Screw
from hemipelvis.settings import BodySettings

FILLET_MM = 4.0
PILLAR_POINTS = 40


def solid_form(
    strut: Field,
    path: BodyPath,
    cup: CupPlan,
    interfaces: tuple[Interface, ...],
    screws: tuple[Screw, ...],
    settings: BodySettings,
) -> Field:
    """Strut, bowl and bosses joined with fillets; the skin comes later, since it follows the finished body."""
    form = strut.smooth_union(acetabulum_shell(cup), FILLET_MM)
    for spoke in (_spoke(cup, path, settings), *(_pillar(cup, i, settings) for i in interfaces if i.host == "ischium")):
        form = form.smooth_union(spoke, FILLET_MM)
    tubes = bosses(screws, solid_axes(path, cup, interfaces))
    return form if tubes is None else form.smooth_union(tubes, FILLET_MM)


def _spoke(cup: CupPlan, path: BodyPath, settings: BodySettings) -> Field:
    """A web from the strut's nearest point to the bowl's wall, so that both are one however far the cup lies."""
    near = path.rail[np.argmin(np.linalg.norm(path.rail - cup.centre, axis=1))]
    return capsule(near, _in_wall(cup, near), settings.strut_radius_mm)


def solid_axes(path: BodyPath, cup: CupPlan, interfaces: tuple[Interface, ...]) -> Points:
    """Points (n, 3) along the axes of the strut and of the pillars on the ischium, which bosses are tied to."""
    along = np.linspace(0, 1, PILLAR_POINTS)[:, None]
    ends = [_pillar_ends(cup, i) for i in interfaces if i.host == "ischium"]
    return np.vstack([path.rail, *((1 - along) * a + along * b for a, b in ends)])


def _pillar_ends(cup: CupPlan, face: Interface) -> tuple[Point, Point]:
    return face.point - 2 * face.normal, _in_wall(cup, face.point)


def _pillar(cup: CupPlan, face: Interface, settings: BodySettings) -> Field:
    radius = min(settings.strut_radius_mm, 0.7 * min(face.halves_mm))
    return capsule(*_pillar_ends(cup, face), radius)


def _in_wall(cup: CupPlan, towards: Point) -> Point:
    """Where the line from the cup's centre runs through the bowl's wall, kept on the bowl's side of its equator."""
    out = unit(towards - cup.centre)
    out = unit(out - max(float(out @ cup.opening), 0) * cup.opening)
    return cup.centre + out * (cup.inner_radius_mm + cup.shell_mm / 2)
