"""The old hardware in the original CT: screws apart from endoprosthesis components, their breaks, the old cup."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hemipelvis.arrays import Array, Mask, Point
from hemipelvis.errors import InputError
from hemipelvis.field import position_on_segment
from hemipelvis.frames import Side
from hemipelvis.hardware import Hardware, OldCup, OldScrew
from hemipelvis.labels import BONES, Label
from hemipelvis.progress import Progress, silent
from hemipelvis.segmentation.axis_error import axis_error
from hemipelvis.segmentation.choose_screws import (
    formed_like_screw,
    screw_like,
    smeared_to_another,
    turned_to_tip,
    uncrowded_by_metal,
    without_carriers,
)
from hemipelvis.segmentation.cylinder_fit import CylinderFit, cylinder_fit
from hemipelvis.segmentation.edit_screws import edit_screws
from hemipelvis.segmentation.match_pieces import ATTACHED_MM, Chain, match_pieces
from hemipelvis.segmentation.metal_window import MetalWindow, metal_window, paint
from hemipelvis.segmentation.old_cup import Joint, find_joints
from hemipelvis.segmentation.rod_seeds import rod_seeds
from hemipelvis.segmentation.screw_axes import Rod, distinct, find_rods, trace_rod
from hemipelvis.segmentation.screw_breaks import split_at_gaps
from hemipelvis.segmentation.screw_host import screw_host, tunnel
from hemipelvis.segmentation.stump_direction import settle_short_stumps
from hemipelvis.segmentation.stump_search import find_stump, headed, uncrowded, without_rods
from hemipelvis.settings import OldScrewSettings
from hemipelvis.volume import Volume

BLOOM_MM = 1.0
"""Metal this far beyond a screw's own surface is its blooming and its thread."""
MIDLINE_MM = 15.0
"""A hip centre lies 80 to 100 mm from the midline; a migrated one never reaches it."""
STATE = "state `cup_centre` and `cup_opening` (LPS mm; out of the cup's mouth) under [old_screws] in case.toml"


@dataclass(frozen=True)
class FoundHardware:
    """labels: uint8, endoprosthesis (6) and screws (7) over the bones; screws: uint8 instance ids; one grid."""

    labels: Volume
    screws: Volume
    hardware: Hardware
    warnings: tuple[str, ...] = ()


def find_hardware(
    ct: Volume,
    metal: Volume,
    labels: Volume,
    side: Side,
    settings: OldScrewSettings,
    progress: Progress = silent,
) -> FoundHardware:
    """Screws and cup in the *original* CT (HU), its metal mask and its bone labels, all on one grid.

    Without metal the hardware is empty but for what the engineer states. Raises InputError when the grids differ,
    when an edit names a screw that was not found, or when the stated opening of the cup is no direction.
    """
    _check_grids(ct, metal, labels)
    if not metal.voxels.any():
        cup, said = _cup((), settings, side, 0.0)
        screws, edited = edit_screws((), settings)
        return _painted(metal, labels, screws, cup, ("no metal in the scan: no old screws are found", *edited, *said))
    progress("looking for rods in the metal", 0.0)
    window = metal_window(ct, metal)
    chains, fits = _chains(ct, window)
    progress("measuring the old screws", 0.6)
    screws = tuple(_screw(n + 1, c, [fits[id(p)] for p in c.pieces], ct, labels) for n, c in enumerate(chains))
    screws, edited = edit_screws(screws, settings)
    progress("looking for the old cup", 0.75)
    cup, said = _cup(find_joints(window.soft), settings, side, _midline(ct, labels))
    progress("marking screws and endoprosthesis", 0.95)
    return _painted(metal, labels, screws, cup, (*_doubts(screws), *edited, *said))


def _check_grids(ct: Volume, metal: Volume, labels: Volume) -> None:
    for name, other in (("metal mask", metal), ("bone labels", labels)):
        if not _same_grid(other, ct):
            raise InputError(
                f"{name} of {other.size.tolist()} voxels at {other.origin.round(1).tolist()}",
                f"the CT's grid, {ct.size.tolist()} voxels at {ct.origin.round(1).tolist()}",
                "resample the label map onto the CT",
            )


def _same_grid(a: Volume, b: Volume) -> bool:
    placed = np.allclose(a.origin, b.origin, atol=1e-2) and np.allclose(a.spacing, b.spacing, rtol=1e-3)
    return a.voxels.shape == b.voxels.shape and placed


def _chains(ct: Volume, window: MetalWindow) -> tuple[tuple[Chain, ...], dict[int, CylinderFit]]:
    """Screws as chains of pieces in a settled order, and each piece's cylinder."""
    good = _screw_rods(ct, window.soft)
    good = without_carriers(turned_to_tip(good, window))
    chains = settle_short_stumps(_with_stumps(match_pieces(good), window.soft, good))
    chains = tuple(sorted(chains, key=lambda c: (-round(float(c.pieces[-1].end[2]), 3), *c.pieces[-1].end)))
    return chains, {id(p): cylinder_fit(ct, p) for c in chains for p in c.pieces}


def _screw_rods(ct: Volume, soft: Volume) -> tuple[Rod, ...]:
    """Rods that could be screws; one whose tip seems fixed is traced again without the screws that crowd it."""
    found = [p for rod in find_rods(soft, rod_seeds(soft)) for p in split_at_gaps(ct, rod)]
    formed = [rod for rod in found if formed_like_screw(ct, rod, cylinder_fit(ct, rod))]
    apart = [rod for rod in formed if uncrowded_by_metal(rod)]
    shaped = [rod for rod in formed if uncrowded_by_metal(rod) or smeared_to_another(rod, apart)]
    good = list(distinct([rod for rod in shaped if min(rod.embedded_mm) < ATTACHED_MM]))
    for rod in shaped:
        if min(rod.embedded_mm) >= ATTACHED_MM:
            rest = uncrowded(soft, rod, tuple(good))
            again = trace_rod(rest, rod.at(float(np.median(rod.t[rod.clean]))), rod.direction)
            parts = () if again is None else split_at_gaps(ct, again)
            good += [p for p in parts if screw_like(ct, p, cylinder_fit(ct, p))]
    return distinct(good)


def _with_stumps(chains: tuple[Chain, ...], soft: Volume, rods: tuple[Rod, ...]) -> tuple[Chain, ...]:
    """Chains that lack a head, with the stump that fits; whole loose screws marked as headed."""
    rest, whole = without_rods(soft, rods), []
    for chain in chains:
        if chain.attached:
            whole.append(chain)
        elif headed(soft, chain.pieces[0]):
            whole.append(replace(chain, headed=True))
        else:
            stump = find_stump(rest, chain.pieces[0])
            whole.append(chain if stump is None else Chain((stump, *chain.pieces)))
            rest = rest if stump is None else without_rods(rest, (stump,))
    return tuple(whole)


def _screw(number: int, chain: Chain, fits: Sequence[CylinderFit], ct: Volume, labels: Volume) -> OldScrew:
    pieces = chain.pieces
    host, sure = screw_host(labels, pieces[-1])
    weights = [p.free_mm for p in pieces]
    diameter = float(np.average([f.diameter_mm for f in fits], weights=weights))
    channel = tunnel(labels, pieces)
    error = axis_error(ct, pieces[-1], diameter, (channel[0] + channel[1]) / 2)
    return OldScrew(
        id=number,
        host=host,
        head=pieces[0].start,
        tip=pieces[-1].end,
        diameter_mm=diameter,
        broken=chain.broken,
        pieces=tuple((p.start, p.end) for p in pieces),
        tunnel=channel,
        confidence=_confidence(chain, sure),
        line_error_mm=error.line_mm,
        axis_error_deg=error.axis_deg,
    )


def _confidence(chain: Chain, host: float) -> float:
    """Product of how well each fact is seen: enough free length, a straight axis, a head, a known host."""
    length = min(1.0, min(p.free_mm for p in chain.pieces) / 12)
    straight = 1 / (1 + max(p.scatter_mm for p in chain.pieces) ** 2)
    head = 1.0 if chain.attached else 0.7
    return round((0.5 + 0.5 * length) * straight * head * (0.5 + 0.5 * host), 2)


def _doubts(screws: Sequence[OldScrew]) -> tuple[str, ...]:
    low = [s for s in screws if s.confidence < 0.5]
    return tuple(
        f"old screw {s.id} ({s.host}) is uncertain (confidence {s.confidence:.2f}): check it in the pictures"
        for s in low
    )


def _midline(ct: Volume, labels: Volume) -> float:
    """LPS x of the midline: of the sacrum where it is labelled, else of the body's bright voxels."""
    mask = labels.voxels == Label.SACRUM
    if not mask.any():
        mask = ct.voxels > -300
    columns = mask.sum(axis=(0, 1)).astype(float)
    return float(ct.origin[0] + ct.spacing[0] * (columns @ np.arange(len(columns))) / max(columns.sum(), 1.0))


def _cup(
    joints: Sequence[Joint], settings: OldScrewSettings, side: Side, midline: float
) -> tuple[OldCup | None, tuple[str, ...]]:
    """The affected side's cup: as stated, else as found; with what is to be said about it."""
    here, said = _of_side(joints, side, midline)
    found = here.cup() if here else None
    ball = (here.head or here.shell) if here else None
    if settings.cup_opening is not None and not np.any(settings.cup_opening):
        raise InputError("cup_opening = [0, 0, 0]", "a direction out of the old cup's mouth", STATE)
    centre = settings.cup_centre if settings.cup_centre is not None else (ball.centre if ball else None)
    opening = settings.cup_opening if settings.cup_opening is not None else (here.opening if here else None)
    if centre is None or opening is None:
        lacking = "the old cup" if ball is None else "the opening of the old cup (its head was found)"
        return None, (*said, f"{lacking} was not found on the {side}: {STATE}")
    if settings.cup_centre is not None or settings.cup_opening is not None:
        said = (*said, "the old cup is as stated in case.toml")
    shell = here.shell if here else None
    radius = found.radius_mm if found else shell.radius_mm if shell else ball.radius_mm if ball else 24.0
    return OldCup(np.array(centre, float), np.array(opening, float), radius), said


def _of_side(joints: Sequence[Joint], side: Side, midline: float) -> tuple[Joint | None, tuple[str, ...]]:
    """The clearest joint that is not on the other side; a joint there (a hip endoprosthesis opposite) is told."""
    here: list[Joint] = []
    there: list[Joint] = []
    for joint in joints:
        ball = joint.head or joint.shell
        if ball is not None:
            (there if side.sign * (ball.centre[0] - midline) < -MIDLINE_MM else here).append(joint)
    said = (f"a prosthetic joint on the {side.other} as well: not taken for the affected cup",) if there else ()
    here.sort(key=lambda j: j.cup() is None)
    return (here[0] if here else None), said


def _painted(
    metal: Volume, labels: Volume, screws: tuple[OldScrew, ...], cup: OldCup | None, warnings: tuple[str, ...]
) -> FoundHardware:
    ids = np.zeros(labels.voxels.shape, np.uint8)
    nearest = np.full(labels.voxels.shape, np.inf, np.float32)
    for screw in screws:
        _paint(metal, ids, nearest, screw)
    mask = np.asarray(metal.voxels, bool) | (ids > 0)
    out = np.where(np.isin(labels.voxels, [int(b) for b in BONES]), labels.voxels, 0).astype(np.uint8)
    out[mask] = int(Label.ENDOPROSTHESIS)
    out[ids > 0] = int(Label.SCREWS)
    return FoundHardware(labels.like(out), labels.like(ids), Hardware(cup, screws, warnings), warnings)


def _paint(metal: Volume, ids: Array, nearest: Array, screw: OldScrew) -> None:
    """Mark a screw's metal in place: the cylinders themselves, and metal about them, where no other is nearer."""
    for start, end in screw.pieces:
        box, nodes = paint(metal, np.array([start, end]), screw.diameter_mm / 2 + BLOOM_MM)
        off = _distance(nodes, start, end).reshape(ids[box].shape) - screw.diameter_mm / 2
        own: Mask = (off <= 0) | (np.asarray(metal.voxels[box], bool) & (off <= BLOOM_MM))
        own &= off < nearest[box]
        ids[box][own] = screw.id
        nearest[box][own] = off[own]


def _distance(points: Array, start: Point, end: Point) -> Array:
    t = position_on_segment(points, start, end)
    return np.asarray(np.linalg.norm(points - start - t[:, None] * (end - start), axis=1))
