"""Order the slices of a series along their normal, and refuse what makes no volume."""

from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.errors import InputError
from hemipelvis.segmentation.slice_headers import SliceHeader

SAME_MM = 0.01  # Positions nearer than this are one position: DICOM writes them to 1e-3 mm or better.
EVEN_MM = 0.02  # Steps that differ by less are even: rounding of positions to 0.01 mm by some scanners.
TILT_DEG = 0.1  # At most 0.5 mm of shear over a pelvis of 300 mm.
FEWEST = 3


@dataclass(frozen=True)
class Stack:
    """Slices in the order of their normal. heights_mm (n,) along `normal`, from the first slice."""

    slices: tuple[SliceHeader, ...]
    heights_mm: Array
    normal: Array
    warnings: tuple[str, ...]

    @property
    def step_mm(self) -> float:
        """The step between slices: the median, exact when steps are even."""
        steps = np.diff(self.heights_mm)
        return float(self.heights_mm[-1] / len(steps)) if self.even else float(np.median(steps))

    @property
    def even(self) -> bool:
        """Whether all steps agree within the rounding of positions."""
        return bool(np.ptp(np.diff(self.heights_mm)) <= EVEN_MM)


def stack_slices(slices: tuple[SliceHeader, ...]) -> Stack:
    """Slices sorted by position along their common normal.

    Raises InputError, naming files, for: fewer than three slices, mixed sizes, orientations or frames of reference,
    two slices at one position, a missing slice, slices that do not lie above one another (gantry tilt).
    """
    _same_grid(slices)
    normal = np.cross(slices[0].row, slices[0].column)
    height = np.array([s.position for s in slices]) @ normal
    order = np.argsort(height, kind="stable")
    ordered, height = tuple(slices[i] for i in order), height[order] - height[order[0]]
    _no_duplicates(ordered, np.diff(height))
    if len(slices) < FEWEST:
        raise InputError(f"{len(slices)} slices", f"at least {FEWEST}", "export the whole series")
    _no_gap(ordered, np.diff(height))
    _no_tilt(ordered, normal)
    stack = Stack(ordered, height, normal, ())
    return Stack(ordered, height, normal, _warnings(stack))


def named(s: SliceHeader) -> str:
    """How a slice is named to the user: its file, and its frame where the file may hold several."""
    return f"{s.file} (frame {s.frame + 1})" if s.frame else s.file


def _same_grid(slices: tuple[SliceHeader, ...]) -> None:
    first = slices[0]
    for s in slices:
        turned = max(np.abs(np.subtract(s.row, first.row)).max(), np.abs(np.subtract(s.column, first.column)).max())
        differ = [
            (turned > 1e-3, "orientation"),
            (s.frame_of_reference != first.frame_of_reference, "frame of reference"),
            ((s.rows, s.columns) != (first.rows, first.columns), "image size"),
            (bool(np.abs(np.subtract(s.pixel_mm, first.pixel_mm)).max() > 1e-4), "pixel spacing"),
        ]
        for wrong, what in differ:
            if wrong:
                raise InputError(
                    f"slices of mixed {what} in one series ({named(first)} and {named(s)})",
                    f"one {what} for all slices",
                    "export the axial slices of one acquisition alone",
                )


def _no_duplicates(slices: tuple[SliceHeader, ...], steps: Array) -> None:
    same = np.flatnonzero(steps < SAME_MM)
    if len(same):
        pairs = "; ".join(f"{named(slices[i])} and {named(slices[i + 1])}" for i in same[:3])
        raise InputError(
            f"{len(same)} times two slices at one position ({pairs}{'; …' if len(same) > 3 else ''})",
            "one image per position",
            "export one reconstruction of one acquisition (no phases, no copies)",
        )


def _no_gap(slices: tuple[SliceHeader, ...], steps: Array) -> None:
    """A slice is missing where a step is half as long again as the steps around it.

    The median of the seven nearest steps stands for "around it", so that a protocol which changes its spacing for a
    whole region is let through (and resampled).
    """
    usual = np.array([np.median(steps[max(0, i - 3) : i + 4]) for i in range(len(steps))])
    gaps = np.flatnonzero(steps > 1.5 * usual + SAME_MM)
    if len(gaps):
        where = "; ".join(
            f"{steps[i]:.2f} mm between {named(slices[i])} and {named(slices[i + 1])}, where {usual[i]:.2f} mm is usual"
            for i in gaps[:3]
        )
        raise InputError(
            f"{len(gaps)} gap{'s' * (len(gaps) > 1)} in the series ({where}{'; …' if len(gaps) > 3 else ''})",
            "no slice missing",
            "export the whole series again",
        )


def _no_tilt(slices: tuple[SliceHeader, ...], normal: Array) -> None:
    travel = np.subtract(slices[-1].position, slices[0].position)
    tilt = float(np.degrees(np.arccos(np.clip(travel @ normal / np.linalg.norm(travel), -1, 1))))
    if tilt > TILT_DEG:
        raise InputError(
            f"slices sheared by {tilt:.1f}° against their normal (gantry tilt)",
            "slices that lie straight above one another",
            "have the series reformatted to axial slices without tilt, and export that",
        )
    line = np.outer([np.dot(np.subtract(s.position, slices[0].position), normal) for s in slices], normal)
    off = np.linalg.norm([np.subtract(s.position, slices[0].position) for s in slices] - line, axis=1)
    if off.max() > 1.0:
        worst = named(slices[int(off.argmax())])
        raise InputError(
            f"a slice {off.max():.1f} mm beside the others ({worst})",
            "slices that lie straight above one another",
            "export the slices of one acquisition alone",
        )


def _warnings(stack: Stack) -> tuple[str, ...]:
    steps, said = np.diff(stack.heights_mm), []
    thick = stack.slices[0].thickness_mm
    if not stack.even:
        moved = np.abs(stack.heights_mm[:, None] - np.arange(0, stack.heights_mm[-1], stack.step_mm)).min(1).max()
        said.append(
            f"slice spacing varies from {steps.min():.2f} to {steps.max():.2f} mm: resampled to {stack.step_mm:.2f} "
            f"mm, slices moved by up to {moved:.2f} mm"
        )
    if thick > 1.05 * float(steps.max()):
        said.append(f"slices {thick:.2f} mm thick overlap by {thick - stack.step_mm:.2f} mm")
    units = {s.units for s in stack.slices if s.units not in ("HU", "")}
    if units:
        said.append(f"CT numbers are stated as {', '.join(sorted(units))}, not HU: taken as HU")
    return tuple(said)
