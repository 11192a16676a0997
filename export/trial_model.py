"""The stereolithography trial model: the implant's outer form with screw holes and cavity, no lattice or pockets.

It bears the same mark as the print part, at the same place; it is solid, or hollow with drain holes on request.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Mask, Point, Points
from hemipelvis.errors import InputError
from hemipelvis.export.engraving import HEIGHT_MM, PITCHES, STROKE_MM, Engraving, pressed
from hemipelvis.export.hollow import Drain, Hollowed, hollowed
from hemipelvis.export.mark_place import off_capsules
from hemipelvis.export.refine_near import refined_near
from hemipelvis.field import from_volume
from hemipelvis.isosurface import isosurface
from hemipelvis.mesh import Mesh
from hemipelvis.settings import ExportSettings
from hemipelvis.shells import outer_shell
from hemipelvis.volume import Volume

SKIN_MM = 0.5
MARK_MM = 2.0
"""A drain keeps off the text by this much besides its own radius."""


@dataclass(frozen=True)
class Trial:
    """The model, its drain holes, and the volume that stays solid though a hollow one was asked for, mm³."""

    mesh: Mesh
    drains: tuple[Drain, ...] = ()
    solid_mm3: float = 0.0


def trial_model(
    envelope: Volume,
    settings: ExportSettings,
    mark: Engraving | None = None,
    keep_off: Sequence[tuple[Point, Point, float]] = (),
) -> Trial:
    """From the envelope field (mm, negative inside). keep_off: capsules (start, end, radius) that no drain stands in.

    Raises InputError when the field holds no solid.
    """
    if not np.any(envelope.voxels < 0):
        raise InputError(
            "an envelope without a solid", "the implant's outer form", "delete implant/envelope.nrrd and run again"
        )
    made = _hollow(envelope, settings, mark, keep_off)
    mesh = outer_shell(isosurface(made.field))[0]
    return Trial(mesh if mark is None else _marked(mesh, mark, envelope), made.drains, made.solid_mm3)


def _hollow(
    envelope: Volume, settings: ExportSettings, mark: Engraving | None, keep_off: Sequence[tuple[Point, Point, float]]
) -> Hollowed:
    if settings.trial_wall_mm is None:
        return Hollowed(envelope, (), 0.0)
    radius = settings.trial_drain_mm / 2
    text = [] if mark is None else [(mark.centre, mark.centre, float(np.hypot(*mark.size_mm)) / 2 + MARK_MM)]
    wider = [(start, end, reach + radius) for start, end, reach in (*keep_off, *text)]
    free = off_capsules(isosurface(envelope).vertices, wider)
    return hollowed(envelope, settings.trial_wall_mm, settings.trial_drain_mm, free)


def _marked(mesh: Mesh, mark: Engraving, envelope: Volume) -> Mesh:
    def near(points: Points) -> Mask:
        """On the skin alone: folds of a cavity beneath would be split too, and cross by rounding."""
        return mark.holds(mark.local(points)) & (np.abs(from_volume(envelope)(points)) < SKIN_MM)

    fine = refined_near(mesh, near, STROKE_MM * mark.letter_mm / HEIGHT_MM / PITCHES)
    return Mesh(pressed(mark, fine.vertices, envelope), fine.faces)
