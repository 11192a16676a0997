import numpy as np
import pytest

from hemipelvis.field import Field, cylinder, sphere
from hemipelvis.lattice.calibrate import Calibration, calibrate
from hemipelvis.lattice.part_field import PartField, part_field
from hemipelvis.lattice.trapped_powder import trapped_powder
from hemipelvis.settings import LatticeSettings

CENTRE = np.array([-20.0, 30.0, 5.0])


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return calibrate(LatticeSettings())


def solid_field(body: Field, calibration: Calibration) -> PartField:
    grid = body.sampled(CENTRE - 6, CENTRE + 6, 0.25)
    return part_field(grid, grid, calibration, LatticeSettings())


def chamber(neck_mm: float) -> Field:
    """A ball with a chamber of 3 mm and a neck of that width to the outside."""
    way = cylinder(CENTRE, CENTRE + np.array([0, 0, 9]), neck_mm / 2)
    return sphere(CENTRE, 5) - (sphere(CENTRE, 1.5) | way)


@pytest.mark.parametrize(("neck_mm", "chambers"), [(1.2, 0), (0.0, 1)])
def test_powder_leaves_by_a_neck_wider_than_the_drain(neck_mm: float, chambers: int, calibration: Calibration) -> None:
    found = trapped_powder(solid_field(chamber(neck_mm), calibration), 0.6)
    assert found.chambers == chambers


def test_a_chamber_s_core_is_the_chamber_less_the_ball_s_radius(calibration: Calibration) -> None:
    found = trapped_powder(solid_field(chamber(0.0), calibration), 0.6)
    assert found.core_mm3 == pytest.approx(4 / 3 * np.pi * 1.2**3, rel=0.15)


@pytest.mark.parametrize("slab", [5, 16, 200])
def test_slabs_do_not_change_what_is_trapped(slab: int, calibration: Calibration) -> None:
    lattice = part_field(
        sphere(CENTRE, 4).sampled(CENTRE - 5, CENTRE + 5, 0.5),
        (sphere(CENTRE, 4) - sphere(CENTRE, 3)).sampled(CENTRE - 5, CENTRE + 5, 0.5), calibration, LatticeSettings(),
    )  # fmt: skip
    assert trapped_powder(lattice, 0.4, slab=slab).chambers == trapped_powder(lattice, 0.4).chambers == 1


def test_the_open_lattice_holds_no_powder_wider_than_its_throat(calibration: Calibration) -> None:
    body = sphere(CENTRE, 4).sampled(CENTRE - 5, CENTRE + 5, 0.5)
    open_lattice = part_field(body, body.like(np.full_like(body.voxels, 1e3)), calibration, LatticeSettings())
    assert trapped_powder(open_lattice, 0.4).chambers == 0
