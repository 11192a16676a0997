"""How wide a straight way leads from an interface into its bone: the medullary canal of a ramus, cortex and all.

Narrowest canals of superior rami run from 4.75 to 7.35 mm in publications, so a screw's diameter is chosen to it.
"""

import numpy as np

from hemipelvis.errors import InputError
from hemipelvis.screws.candidates import disc
from hemipelvis.screws.host_bone import HostBone
from hemipelvis.screws.search_host import HostSearch
from hemipelvis.screws.widest_corridor import spread_points, widest_corridor

PITCH_MM = 0.8
SHELL_MM = 4.0  # thickness of the shell of ends


def canal_width(host: HostSearch, bone: HostBone, deep_mm: float) -> float:
    """Diameter, mm, of the widest straight cylinder from a host's interface `deep_mm` into its bone; 0 where none."""
    place, grid = host.interface, bone.solid
    starts = disc(place, host.axes(place.normal), PITCH_MM)
    points = spread_points(grid, bone.bone, PITCH_MM)
    off = np.linalg.norm(points - place.point, axis=1)
    inward = (points - place.point) @ place.normal < 0
    ends = points[inward & (off >= deep_mm) & (off <= deep_mm + place.radius_mm + SHELL_MM)]
    try:
        return 2 * widest_corridor(grid, starts, ends, deep_mm).radius_mm
    except InputError:
        return 0.0
