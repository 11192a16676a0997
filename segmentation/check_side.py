"""Does the metal lie on the side that the engineer states, and is there an endoprosthesis at all?"""

from dataclasses import dataclass

import cc3d
import numpy as np
import scipy.ndimage as ndi

from hemipelvis.arrays import Array, Mask
from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.volume import Volume

BODY_HU = -300.0  # Skin and fat are over it, air, clothes and most of a table under it.
CENTRAL_MM = 10.0  # Metal this near to the midline (sacral screws) speaks for neither side.
CONTRADICTION = 2.0  # The other side must hold twice the metal before the statement is taken for wrong.
# A hemispherical acetabular shell of 50 mm, 3 mm thick, is 12 cm³; nails, plates and screws are less in one piece.
SMALLEST_CM3 = 10.0


@dataclass(frozen=True)
class MetalSides:
    """Where the body's midline runs (LPS x, mm), and how much metal lies beyond 10 mm on either side of it."""

    midline_mm: float
    left_cm3: float
    right_cm3: float

    def of(self, side: Side) -> float:
        """Metal on a side, cm³."""
        return self.left_cm3 if side is Side.LEFT else self.right_cm3


def check_side(ct: Volume, metal: Volume, side: Side) -> tuple[str, ...]:
    """Warnings when both sides hold metal, as with a hip endoprosthesis opposite.

    Raises InputError when the other side holds over twice the metal of the stated one. Less than twice may be a large
    hip endoprosthesis opposite, so the engineer's word stands. Without any metal there is nothing to contradict.
    """
    found = metal_sides(ct, metal)
    stated, other = found.of(side), found.of(side.other)
    figures = f"{stated:.0f} cm³ on the {side} and {other:.0f} cm³ on the {side.other}"
    if other > CONTRADICTION * stated:
        raise InputError(
            f"metal that lies on the patient's {side.other} ({figures}), stated side: {side}",
            "the bulk of the metal on the stated side",
            "correct `side` under [case], or check that the scan is this patient's and not mirrored",
        )
    if other > stated / CONTRADICTION:
        return (f"metal on both sides ({figures}): the stated side, {side}, is taken",)
    return ()


def require_metal(metal: Volume) -> None:
    """Raise InputError when no connected piece of metal is as large as an acetabular component."""
    parts = cc3d.connected_components(metal.voxels.astype(np.uint8), connectivity=26)
    largest = float(np.bincount(parts.ravel())[1:].max(initial=0)) * metal.voxel_mm3 / 1000
    if largest < SMALLEST_CM3:
        raise InputError(
            f"a scan whose largest piece of metal is {largest:.1f} cm³",
            f"an endoprosthesis ({SMALLEST_CM3:g} cm³ or more)",
            "check that this is the scan after the first operation, in its full range of CT numbers",
        )


def metal_sides(ct: Volume, metal: Volume) -> MetalSides:
    """Metal left and right of the body's own midline, wherever the body lies in the image."""
    midline = _midline(ct)
    x = ct.origin[0] + np.arange(ct.size[0]) * ct.spacing[0] - midline
    by_column = metal.voxels.sum(axis=(0, 1)) * metal.voxel_mm3 / 1000
    return MetalSides(midline, float(by_column[x > CENTRAL_MM].sum()), float(by_column[x < -CENTRAL_MM].sum()))


def _midline(ct: Volume) -> float:
    """Median over the slices of the middle of the body's left-right extent; the scan's middle if it holds no body."""
    middles = [m for k in range(ct.voxels.shape[0]) if (m := _middle(ct.voxels[k] > BODY_HU)) is not None]
    index = float(np.median(middles)) if middles else (ct.size[0] - 1) / 2
    return float(ct.origin[0] + index * ct.spacing[0])


def _middle(dense: Mask) -> float | None:
    """Middle column of the largest body in a slice; thin things beside it (table, lines) are opened away."""
    parts: Array = cc3d.connected_components(np.asarray(ndi.binary_opening(dense, iterations=3)), connectivity=4)
    if not parts.any():
        return None
    columns: Array = np.flatnonzero((parts == np.bincount(parts.ravel())[1:].argmax() + 1).any(axis=0))
    return float(columns[0] + columns[-1]) / 2
