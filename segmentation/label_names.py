"""Which bone a segment of somebody else's label map is, by its name, by a known numbering, or as the engineer says."""

import re
from collections.abc import Mapping

from hemipelvis.frames import Side
from hemipelvis.labels import BONES, Label

LUMBAR_V1, LUMBAR_V2 = range(18, 23), range(27, 32)
NUMBERINGS: Mapping[str, Mapping[int, Label]] = {
    "hemipelvis": {int(b): b for b in BONES},
    "totalsegmentator v1": {
        92: Label.SACRUM, 91: Label.HIP_RIGHT, 90: Label.HIP_LEFT, 89: Label.FEMUR_RIGHT, 88: Label.FEMUR_LEFT,
        **dict.fromkeys(LUMBAR_V1, Label.LUMBAR),
    },
    "totalsegmentator v2": {
        25: Label.SACRUM, 26: Label.SACRUM, 78: Label.HIP_RIGHT, 77: Label.HIP_LEFT, 76: Label.FEMUR_RIGHT,
        75: Label.FEMUR_LEFT, **dict.fromkeys(LUMBAR_V2, Label.LUMBAR),
    },
}  # fmt: skip
"""Class numbers of TotalSegmentator's task "total" (Wasserthal et al., 10.1148/ryai.230024); its second version keeps
the first sacral vertebra (26) apart from the sacrum (25)."""
FILLERS = {"bone", "bones", "os", "vertebra", "vertebrae", "mask", "segment", "segmentation"}
SIDES = {"left": Side.LEFT, "l": Side.LEFT, "right": Side.RIGHT, "r": Side.RIGHT}
HIPS = {"hip", "hips", "coxa", "coxae", "innominate", "hemipelvis", "pelvis"}
FEMURS = {"femur", "femora", "thigh"}


def bone_by_name(name: str) -> Label | None:
    """The bone that a name says beyond doubt ("hip_left", "Right Femur", "vertebrae_S1"), else None.

    Every word must be understood: "sacrum screws" and "pelvis" without a side are no bone of ours.
    """
    words = [w for w in re.split(r"[^a-z0-9]+", name.lower()) if w and w not in FILLERS]
    sides = {SIDES[w] for w in words if w in SIDES}
    rest = [w for w in words if w not in SIDES]
    if len(rest) != 1 or len(sides) > 1 or len(words) - len(rest) != len(sides):
        return None
    if not sides:
        return _unpaired(rest[0])
    side = sides.pop()
    return Label.hip(side) if rest[0] in HIPS else Label.femur(side) if rest[0] in FEMURS else None


def _unpaired(word: str) -> Label | None:
    if word in ("sacrum", "s1"):
        return Label.SACRUM
    return Label.LUMBAR if re.fullmatch(r"l[1-5]|lumbar", word) else None


def bone_of(name: str, number: int, numbering: str, stated: Mapping[str, str]) -> Label | None:
    """The bone of a segment: as stated for its name or number, else by its name, else (nameless) by its number."""
    for key in (name, str(number)):
        if key and key in stated:
            return Label[stated[key].upper()]
    return bone_by_name(name) if name else NUMBERINGS[numbering].get(number)
