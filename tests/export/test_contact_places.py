"""Where the report looks at joints."""

import numpy as np

from hemipelvis.export.contact_places import contact_places
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.volume import Volume

SPACING, ORIGIN = np.array([1.0, 1.0, 2.0]), np.array([-30.0, 5.0, 100.0])


def test_joints_are_looked_at_in_their_middle_and_absent_ones_are_left_out() -> None:
    voxels = np.zeros((30, 40, 60), np.uint8)
    voxels[10:20, 10:30, 5:20] = Label.SACRUM
    voxels[10:20, 10:30, 23:40] = Label.HIP_LEFT
    voxels[10:20, 10:30, 55:60] = Label.HIP_RIGHT
    found = contact_places(Volume(voxels, SPACING, ORIGIN), Side.LEFT)
    assert list(found) == ["sacroiliac joint, left"]
    middle = ORIGIN + np.array([17, 19.5, 14.5]) * SPACING
    np.testing.assert_allclose(found["sacroiliac joint, left"], middle, atol=3)
