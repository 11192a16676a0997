"""The numbers in `segmentation/labels.nrrd`."""

from enum import IntEnum

from hemipelvis.frames import Side


class Label(IntEnum):
    """What a voxel is. The numbers are a contract: other programs read them."""

    BACKGROUND = 0
    SACRUM = 1
    HIP_RIGHT = 2
    HIP_LEFT = 3
    FEMUR_RIGHT = 4
    FEMUR_LEFT = 5
    ENDOPROSTHESIS = 6
    SCREWS = 7
    LUMBAR = 8

    @staticmethod
    def hip(side: Side) -> "Label":
        """The innominate bone of a side."""
        return Label.HIP_LEFT if side is Side.LEFT else Label.HIP_RIGHT

    @staticmethod
    def femur(side: Side) -> "Label":
        """The femur of a side."""
        return Label.FEMUR_LEFT if side is Side.LEFT else Label.FEMUR_RIGHT


BONES = (Label.SACRUM, Label.HIP_RIGHT, Label.HIP_LEFT, Label.FEMUR_RIGHT, Label.FEMUR_LEFT, Label.LUMBAR)
METAL = (Label.ENDOPROSTHESIS, Label.SCREWS)
