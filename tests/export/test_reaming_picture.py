import numpy as np
from PIL import Image

from hemipelvis.export.reaming_picture import SCALE_MM, WIDTH, reaming_picture
from hemipelvis.frames import Side
from hemipelvis.plan import Interface


def drawn(rows: list[list[float | None]]) -> Image.Image:
    notes = {"reaming_map_mm": rows}
    face = Interface("sacrum", np.zeros(3), np.array([0.0, 0, 1]), 10.0, 5.0, 100.0, 50.0, notes=notes)
    picture = reaming_picture(face, Side.RIGHT)
    assert picture is not None
    return picture


def test_the_bar_has_the_colours_of_the_map() -> None:
    picture = drawn([[0.0, SCALE_MM], [0.0, SCALE_MM]])
    bar = [picture.getpixel((WIDTH - 82, y)) for y in (66, 66 + 159)]
    shown = [picture.getpixel((14, 66 + 12)), picture.getpixel((14, 66 + 4))]
    assert shown == bar


def test_bone_that_is_not_there_is_white() -> None:
    assert drawn([[None, 3.0], [None, 3.0]]).getpixel((14, 66 + 12)) == (255, 255, 255)
