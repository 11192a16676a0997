import io

import numpy as np
from PIL import Image

from hemipelvis.arrays import Array
from hemipelvis.export.thumbnail import SIDE, thumbnail
from hemipelvis.field import box
from hemipelvis.isosurface import isosurface

TALL = isosurface(box((-300, 250, -500), (10, 5, 40)).sampled((-315, 240, -545), (-285, 260, -455), 0.5))


def drawn(rotation: Array) -> Array:
    """Where a picture is painted (rows from the top, columns)."""
    return np.asarray(Image.open(io.BytesIO(thumbnail(TALL, rotation)))).min(axis=2) < 255


def test_the_outline_has_the_parts_proportions() -> None:
    rows, columns = np.nonzero(drawn(np.eye(3)))
    high, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    assert abs(high / wide - 4) < 0.2 and high <= SIDE


def test_no_gap_shows_in_a_face() -> None:
    seen = drawn(np.eye(3))
    rows, columns = np.nonzero(seen)
    assert seen[rows.min() + 2 : rows.max() - 2, columns.min() + 2 : columns.max() - 2].all()


def test_it_is_the_same_every_time() -> None:
    assert thumbnail(TALL, np.eye(3)) == thumbnail(TALL, np.eye(3))
