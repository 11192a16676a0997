import numpy as np
import pytest

from hemipelvis.arrays import Array
from hemipelvis.export.section_picture import BEFORE_MM, COLOURS, PIXEL_MM, section_picture
from hemipelvis.field import capsule
from hemipelvis.frames import Side
from hemipelvis.volume import Volume

ZOOM = 1.0
LINE = np.stack([np.linspace(0, 60, 31), np.zeros(31), np.zeros(31)], axis=1)


@pytest.fixture(scope="module")
def picture() -> Array:
    outer = capsule((-20, 0, 0), (40, 0, 0), 6.0).sampled((-60, -10, -10), (80, 10, 10), 0.5)
    core = outer.like(outer.voxels + 3)
    labels = Volume(np.zeros(outer.voxels.shape, np.uint8), outer.spacing, outer.origin)
    return np.asarray(section_picture(outer, core, labels, LINE, np.array([0.0, 0, 1]), Side.LEFT, ZOOM))


def columns(picture: Array, kind: str) -> Array:
    """Where along the line (mm) a kind shows at mid height."""
    row = picture[picture.shape[0] // 2]
    return np.flatnonzero((row == COLOURS[kind]).all(axis=1)) * PIXEL_MM - BEFORE_MM


def test_metal_shows_in_its_place_along_the_line(picture: Array) -> None:
    solid = columns(picture, "solid")
    assert (solid.min(), solid.max()) == pytest.approx((-23, 43), abs=0.6)


def test_what_lies_before_the_line_is_in_view(picture: Array) -> None:
    assert columns(picture, "porous").min() == pytest.approx(-26, abs=0.6)
