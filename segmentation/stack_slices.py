"""Order the slices of a series along their normal, and refuse what makes no volume."""

from dataclasses import dataclass, replace

import numpy as np

from hemipelvis.arrays import Array, Point
from hemipelvis.errors import InputError
from hemipelvis.segmentation.choose_series import FEWEST, SAME_MM
from hemipelvis.segmentation.frame_headers import SliceHeader

EVEN_MM = 0.02  # Steps that differ by less are even: rounding of positions to 0.01 mm by some scanners.
ASIDE_MM, FAR_ASIDE_MM = 0.1, 1.0  # A slice beside the line of the others: worth a word; another acquisition's.
TILT_DEG = 1.0  # A stated gantry tilt that differs by more from the slices' own contradicts them.
ODD_UNITS = ("HU", "US", "HU_MOD", "")  # RescaleType (PS3.3 C.11.1.1.2) that may hold CT numbers


@dataclass(frozen=True)
class Stack:
    """Slices in the order of their normal.

    heights_mm (n,) along the normal, from the first slice; travel (3,): LPS mm from slice to slice per mm of height,
    the normal itself unless the slices are sheared; origin: LPS mm of the first slice's corner on the slices' line.
    """

    slices: tuple[SliceHeader, ...]
    heights_mm: Array
    travel: Array
    origin: Point
    warnings: tuple[str, ...] = ()

    @property
    def step_mm(self) -> float:
        """The step between slices: the median, exact when steps are even."""
        steps = np.diff(self.heights_mm)
        return float(self.heights_mm[-1] / len(steps)) if self.even else float(np.median(steps))

    @property
    def even(self) -> bool:
        """Whether all steps agree within the rounding of positions."""
        return bool(np.ptp(np.diff(self.heights_mm)) <= EVEN_MM)

    @property
    def matrix(self) -> Array:
        """(3, 3): LPS mm per column, row and slice of the evened stack, as columns."""
        first = self.slices[0]
        along_row, down_column = np.array(first.row) * first.pixel_mm[1], np.array(first.column) * first.pixel_mm[0]
        return np.column_stack([along_row, down_column, self.travel * self.step_mm])


def stack_slices(slices: tuple[SliceHeader, ...]) -> Stack:
    """Slices sorted by position along their common normal.

    Raises InputError, naming files, for: fewer than three slices, mixed sizes, orientations, frames of reference or
    units, units that are no CT numbers, two slices at one position, a missing slice, slices on no straight line, and a
    stated gantry tilt that their positions do not show.
    """
    _same_grid(slices)
    normal = np.cross(slices[0].row, slices[0].column)
    height = np.array([s.position for s in slices]) @ normal
    order = np.argsort(height, kind="stable")
    ordered, height = tuple(slices[i] for i in order), height[order] - height[order[0]]
    _no_duplicates(ordered, np.diff(height))
    if len(slices) < FEWEST:
        raise InputError(
            f"{len(slices)} slices", f"at least {FEWEST}", "state the folder of the whole series under [ct]"
        )
    _no_gap(ordered, np.diff(height))
    travel, origin, aside = _line(ordered, height)
    tilt = _stated_tilt(ordered[0], travel, normal)
    stack = Stack(ordered, height, travel, origin)
    return replace(stack, warnings=_warnings(stack) + aside + tilt)


def named(s: SliceHeader) -> str:
    """How a slice is named to the user: its file, and its frame where the file may hold several."""
    return f"{s.shown} (frame {s.frame + 1})" if s.frames > 1 else s.shown


def _same_grid(slices: tuple[SliceHeader, ...]) -> None:
    first = slices[0]
    for s in slices:
        turned = max(np.abs(np.subtract(s.row, first.row)).max(), np.abs(np.subtract(s.column, first.column)).max())
        differ = [
            (turned > 1e-3, "orientation"),
            (s.frame_of_reference != first.frame_of_reference, "frame of reference"),
            ((s.rows, s.columns) != (first.rows, first.columns), "image size"),
            (bool(np.abs(np.subtract(s.pixel_mm, first.pixel_mm)).max() > 1e-4), "pixel spacing"),
            (s.units != first.units, "units"),
        ]
        for wrong, what in differ:
            if wrong:
                raise InputError(
                    f"slices of mixed {what} in one series ({named(first)} and {named(s)})",
                    f"one {what} for all slices",
                    "export the axial slices of one acquisition alone",
                )
    if first.units not in ODD_UNITS:
        raise InputError(
            f"images in units of {first.units} ({named(first)})", "Hounsfield units", "export the CT, not maps from it"
        )


def _no_duplicates(slices: tuple[SliceHeader, ...], steps: Array) -> None:
    same = np.flatnonzero(steps < SAME_MM)
    if len(same):
        pairs = "; ".join(f"{named(slices[i])} and {named(slices[i + 1])} at {_place(slices[i])}" for i in same[:3])
        raise InputError(
            f"{len(same)} times two different slices at one position ({pairs}{'; …' if len(same) > 3 else ''})",
            "one image per position",
            "export one reconstruction of one acquisition (no phases)",
        )


def _place(s: SliceHeader) -> str:
    """A slice's position along the patient's axis it goes along, mm."""
    axis = int(np.abs(np.cross(s.row, s.column)).argmax())
    return f"{'xyz'[axis]} = {s.position[axis]:.1f} mm"


def _no_gap(slices: tuple[SliceHeader, ...], steps: Array) -> None:
    """A slice is missing where a step is half as long again as the steps around it.

    The median of the seven nearest steps stands for "around it", so that a protocol which changes its spacing for a
    whole region is let through (and resampled). A longer step where instance numbers jump is a missing slice too.
    """
    usual = np.array([np.median(steps[max(0, i - 3) : i + 4]) for i in range(len(steps))])
    jumps = np.abs(np.diff([s.instance for s in slices]))
    jumped = (jumps > 1.5 * max(float(np.median(jumps)), 1.0)) & (steps > 1.2 * float(np.median(steps)))
    gaps = np.flatnonzero((steps > 1.5 * usual + SAME_MM) | jumped)
    if len(gaps):
        where = "; ".join(
            f"{steps[i]:.2f} mm between {named(slices[i])} and {named(slices[i + 1])}, from {_place(slices[i])} to "
            f"{_place(slices[i + 1])}, where {min(usual[i], float(np.median(steps))):.2f} mm is usual"
            for i in gaps[:3]
        )
        raise InputError(
            f"{len(gaps)} gap{'s' * (len(gaps) > 1)} in the series ({where}{'; …' if len(gaps) > 3 else ''})",
            "no slice missing",
            "export the whole series again",
        )


def _line(slices: tuple[SliceHeader, ...], height: Array) -> tuple[Array, Point, tuple[str, ...]]:
    """The straight line that the slices' corners follow: mm per mm of height, its start, a warning if they stray."""
    places, up = np.array([s.position for s in slices]), height - height.mean()
    moved = places - places.mean(axis=0)
    travel = up @ moved / (up @ up)  # least squares: the rounding of single positions is no shear
    off = np.linalg.norm(moved - np.outer(up, travel), axis=1)
    worst = named(slices[int(off.argmax())])
    if off.max() > FAR_ASIDE_MM:
        raise InputError(
            f"a slice {off.max():.1f} mm beside the others ({worst})",
            "slices in one line above one another",
            "export the slices of one acquisition alone",
        )
    said = f"slices up to {off.max():.2f} mm beside their line ({worst}): not corrected"
    start = places[0] if off.max() < SAME_MM else places.mean(axis=0) + up[0] * travel
    return travel, start, (said,) if off.max() > ASIDE_MM else ()


def _stated_tilt(first: SliceHeader, travel: Array, normal: Array) -> tuple[str, ...]:
    """Does the header speak of a gantry tilt that the positions do not show? Then one of the two is wrong."""
    shear = float(np.degrees(np.arccos(np.clip(1 / np.linalg.norm(travel), -1, 1))))
    if abs(abs(first.tilt_deg) - shear) <= TILT_DEG or first.tilt_deg == 0:
        return ()
    text = (
        f"a stated gantry tilt of {first.tilt_deg:.1f}° where the slices' positions show {shear:.1f}° ({named(first)})"
    )
    if not first.derived:
        raise InputError(
            text, "positions that show the tilt", "have the series reformatted to axial slices, and export that"
        )
    return (f"{text}: taken as corrected by the scanner's reformatting; check that the pelvis is not sheared",)


def _warnings(stack: Stack) -> tuple[str, ...]:
    steps, said, first = np.diff(stack.heights_mm), [], stack.slices[0]
    thick = first.thickness_mm
    if not stack.even:
        moved = np.abs(stack.heights_mm[:, None] - np.arange(0, stack.heights_mm[-1], stack.step_mm)).min(1).max()
        said.append(
            f"slice spacing varies from {steps.min():.2f} to {steps.max():.2f} mm: resampled to {stack.step_mm:.2f} "
            f"mm, slices moved by up to {moved:.2f} mm"
        )
    if thick > 1.05 * float(steps.max()):
        said.append(f"slices {thick:.2f} mm thick overlap by {thick - stack.step_mm:.2f} mm")
    if first.units not in ("HU", ""):
        said.append(f"CT numbers are stated as {first.units}, not HU: taken as HU")
    if any(s.lossy for s in stack.slices):
        said.append("the images were compressed with loss: fine cracks in screws may be gone")
    return tuple(said)
