"""Screws, breaks and cup in synthetic scenes with known truth."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy import ndimage as ndi

from hemipelvis.arrays import Array, unit
from hemipelvis.errors import InputError
from hemipelvis.field import Field, box, capsule, cylinder, half_space, sphere
from hemipelvis.frames import Plane, Side
from hemipelvis.labels import Label
from hemipelvis.segmentation.find_hardware import FoundHardware, find_hardware
from hemipelvis.settings import OldScrewEdit, OldScrewSettings
from hemipelvis.volume import Volume

METAL_HU, TISSUE_HU = 7000.0, 60.0
SPACING = np.array([0.8, 0.8, 1.25])


def rendered(solids: Sequence[Field], lower: Sequence[float], upper: Sequence[float]) -> tuple[Volume, Volume]:
    """CT (int16 HU, clipped at 3071) and true metal mask of a union of solids in soft tissue, over a box."""
    size = np.ceil((np.array(upper) - lower) / SPACING).astype(int) + 1
    grid = Volume(np.zeros(tuple(size[::-1]), np.uint8), SPACING, np.array(lower, float))
    fine = Volume(np.zeros(tuple((2 * size)[::-1]), np.uint8), SPACING / 2, grid.origin - SPACING / 4)
    inside = np.zeros(fine.voxels.shape, bool)
    for solid in solids:
        inside |= solid.on(fine).voxels < 0
    share = inside.reshape(size[2], 2, size[1], 2, size[0], 2).mean(axis=(1, 3, 5))
    blurred = ndi.gaussian_filter(share, 0.5 / SPACING[::-1])
    hu = np.minimum(TISSUE_HU + METAL_HU * blurred, 3071)
    return grid.like(hu.astype(np.int16)), grid.like(share >= 0.5)


def no_bones(ct: Volume) -> Volume:
    """An empty label map on the same grid."""
    return ct.like(np.zeros(ct.voxels.shape, np.uint8))


DIRECTION = unit([-0.9, 0.35, 0.2])
HEAD = np.array([22.0, 0.0, 0.0])
CUP = np.array([10.0, -5.0, 4.0])
OPENING = unit([0.6, -0.3, -0.7])


def plate() -> Field:
    return box(HEAD, (3, 14, 16))


def screw(shift: float = 0.0, stop: float = 44.0, start: float = -5.0) -> Field:
    return cylinder(HEAD + (start + shift) * DIRECTION, HEAD + (stop + shift) * DIRECTION, 3.25)


def found(
    solids: list[Field], settings: OldScrewSettings | None = None, side: Side = Side.LEFT, at: Array | None = None
) -> FoundHardware:
    ct, metal = rendered(solids, (-40, -30, -30), (40, 40, 35))
    if at is not None:
        ct, metal = (Volume(v.voxels, v.spacing, v.origin + at) for v in (ct, metal))
    return find_hardware(ct, metal, no_bones(ct), side, settings or OldScrewSettings())


@pytest.fixture(scope="module")
def intact() -> FoundHardware:
    return found([plate(), screw()])


def angle_deg(a: Array, b: Array) -> float:
    return float(np.degrees(np.arccos(np.clip(unit(a) @ unit(b), -1, 1))))


def test_an_intact_screw_in_a_plate_is_found_once_with_its_axis_and_diameter(intact: FoundHardware) -> None:
    (only,) = intact.hardware.screws
    assert not only.broken
    assert abs(only.diameter_mm - 6.5) <= 0.5
    assert angle_deg(only.tip - only.head, DIRECTION) <= 1.5
    assert np.linalg.norm(np.cross(only.tip - HEAD, DIRECTION)) <= 0.5
    assert abs((only.tip - HEAD) @ DIRECTION - 44) <= 1.0


def test_a_gap_of_one_and_a_half_millimetres_is_a_break() -> None:
    (only,) = found([plate(), screw(stop=18), screw(start=19.5)]).hardware.screws
    assert only.broken
    assert len(only.pieces) == 2


def test_a_crumb_of_metal_beyond_its_tip_does_not_turn_a_broken_screw_round() -> None:
    crumb = sphere(HEAD + 49 * DIRECTION, 2.5)
    (only,) = found([plate(), screw(stop=18), screw(start=19.5), crumb]).hardware.screws
    assert len(only.pieces) == 2


def test_a_tip_piece_left_behind_belongs_to_the_stump_that_moved_with_the_plate() -> None:
    away = np.array([0.0, 9.0, -10.0])
    tip = cylinder(HEAD + 20 * DIRECTION + away, HEAD + 44 * DIRECTION + away, 3.25)
    (only,) = found([plate(), screw(stop=15), tip]).hardware.screws
    assert only.broken
    assert len(only.pieces) == 2
    assert angle_deg(only.tunnel[1] - only.tunnel[0], DIRECTION) <= 1.5


def test_a_stump_that_stands_out_little_more_than_its_thickness_is_found() -> None:
    """A plate's section is so much larger that sections of the stump beside it once passed for its rounded end."""
    stump = cylinder(HEAD - 5 * DIRECTION, HEAD + 9.5 * DIRECTION, 2.25)
    away = np.array([0.0, 9.0, -10.0])
    tip = cylinder(HEAD + 20 * DIRECTION + away, HEAD + 44 * DIRECTION + away, 2.25)
    (only,) = found([plate(), stump, tip]).hardware.screws
    assert len(only.pieces) == 2
    assert np.linalg.norm(only.pieces[0][1] - (HEAD + 9.5 * DIRECTION)) < 1


def test_finding_commutes_with_a_shift_of_the_origin(intact: FoundHardware) -> None:
    at = np.array([-300.0, 280.0, -550.0])
    (moved,) = found([plate(), screw()], at=at).hardware.screws
    np.testing.assert_allclose(moved.tip - at, intact.hardware.screws[0].tip, atol=0.05)


def test_finding_commutes_with_a_mirror(intact: FoundHardware) -> None:
    mirror = Plane(np.zeros(3), np.array([1.0, 0, 0]))
    (other,) = found([plate().mirrored(mirror), screw().mirrored(mirror)], side=Side.RIGHT).hardware.screws
    (own,) = intact.hardware.screws
    assert np.linalg.norm(mirror.mirror(other.tip) - own.tip) < 0.5
    assert abs(other.diameter_mm - own.diameter_mm) < 0.2
    assert other.broken == own.broken


def test_a_plate_a_thick_rod_and_a_wire_give_no_screws() -> None:
    rod = capsule(HEAD, HEAD + 45 * DIRECTION, 6.0)
    wire = cylinder((-30, -20, -20), (-5, -20, -20), 0.6)
    assert found([plate(), rod, wire]).hardware.screws == ()


def test_a_thin_bar_that_carries_screws_is_no_screw() -> None:
    bar = capsule((-30, 0, 0), (20, 0, 0), 3.5)
    block = box((26, 0, 0), (8, 12, 12))
    screws = [cylinder((x, 4, 5), (x, -4, -24), 2.25) for x in (-22.0, -4.0)]
    hardware = found([bar, block, *screws]).hardware
    assert len(hardware.screws) == 2
    assert all(abs(s.diameter_mm - 4.5) <= 0.5 and not s.broken for s in hardware.screws)


def test_labels_split_the_metal_between_endoprosthesis_and_screws(intact: FoundHardware) -> None:
    labels, ids = intact.labels.voxels, intact.screws.voxels
    assert ((labels == Label.SCREWS) == (ids > 0)).all()
    assert (labels == Label.ENDOPROSTHESIS).any()
    middle = HEAD + 30 * DIRECTION
    assert intact.screws.nearest(middle[None])[0] == 1


def ball_and_shell(centre: Array) -> list[Field]:
    outer = sphere(centre, 26) & -sphere(centre, 22.5) & half_space(Plane(centre, OPENING))
    neck = capsule(centre, centre + 34 * OPENING, 6)
    return [outer, sphere(centre, 14), neck]


def test_the_cup_is_centred_on_the_head_and_opens_away_from_its_shell() -> None:
    cup = found(ball_and_shell(CUP)).hardware.cup
    assert cup is not None
    assert np.linalg.norm(cup.centre - CUP) <= 1.0
    assert angle_deg(cup.opening, OPENING) <= 3.0


def test_a_hip_endoprosthesis_on_the_other_side_is_not_taken_for_the_cup() -> None:
    ct, metal = rendered(ball_and_shell(np.array([-55.0, 0, 0])), (-100, -45, -40), (100, 40, 40))
    result = find_hardware(ct, metal, no_bones(ct), Side.LEFT, OldScrewSettings())
    assert result.hardware.cup is None
    assert any("right" in w for w in result.warnings)
    assert any("cup_centre" in w for w in result.warnings)


def test_without_metal_the_hardware_is_empty_and_says_so() -> None:
    ct = Volume(np.zeros((12, 12, 12), np.int16), np.ones(3), np.zeros(3))
    result = find_hardware(ct, ct.like(ct.voxels > 1), no_bones(ct), Side.LEFT, OldScrewSettings())
    assert result.hardware.screws == ()
    assert result.hardware.cup is None
    assert len(result.warnings) == 2


def test_what_the_engineer_states_is_honoured() -> None:
    edits = (OldScrewEdit(id=1, broken=True),)
    stated = OldScrewSettings(edit=edits, cup_centre=(1, 2, 3), cup_opening=(0, 0, -2))
    hardware = found([plate(), screw()], stated).hardware
    assert hardware.screws[0].broken
    assert hardware.cup is not None
    np.testing.assert_allclose(hardware.cup.centre, (1, 2, 3))
    np.testing.assert_allclose(hardware.cup.opening, (0, 0, -1))


def test_a_dropped_screw_becomes_endoprosthesis() -> None:
    result = found([plate(), screw()], OldScrewSettings(edit=(OldScrewEdit(id=1, drop=True),)))
    assert result.hardware.screws == ()
    assert not (result.labels.voxels == Label.SCREWS).any()


def test_an_edit_of_a_screw_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="old screw 7"):
        found([plate(), screw()], OldScrewSettings(edit=(OldScrewEdit(id=7),)))


def test_a_screw_whose_tip_another_crowds_is_found_beside_it() -> None:
    tilted = unit(DIRECTION + np.array([0.0, 0.0, 0.15]))
    other = HEAD + np.array([0, 0, -12.5])
    screws = [
        cylinder(HEAD - 5 * DIRECTION, HEAD + 40 * DIRECTION, 2.25),
        cylinder(other - 5 * tilted, other + 48 * tilted, 2.25),
    ]
    hardware = found([plate(), *screws]).hardware
    assert len(hardware.screws) == 2
    assert not any(s.broken for s in hardware.screws)


def test_a_scan_of_one_slice_is_no_accident() -> None:
    ct = Volume(np.full((1, 40, 40), 40, np.int16), SPACING, np.array([-300.0, 200.0, -900.0]))
    bright = ct.voxels.copy()
    bright[0, 18:23, 5:35] = 3071
    ct = ct.like(bright)
    result = find_hardware(ct, ct.like(bright > 2200), no_bones(ct), Side.LEFT, OldScrewSettings())
    assert result.hardware.cup is None


def test_an_opening_without_direction_is_refused() -> None:
    with pytest.raises(InputError, match="cup_opening"):
        found([plate(), screw()], OldScrewSettings(cup_centre=(0, 0, 0), cup_opening=(0, 0, 0)))


def test_an_axis_lies_within_three_of_its_own_standard_errors(intact: FoundHardware) -> None:
    (only,) = intact.hardware.screws
    middle = (only.tunnel[0] + only.tunnel[1]) / 2
    assert np.linalg.norm(np.cross(middle - HEAD, DIRECTION)) <= 3 * only.line_error_mm < 1.5
    assert angle_deg(only.tunnel[1] - only.tunnel[0], DIRECTION) <= 3 * only.axis_error_deg < 6
