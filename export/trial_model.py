"""The stereolithography trial model: the implant's outer form with screw holes and cavity, no lattice or pockets."""

import numpy as np

from hemipelvis.errors import InputError
from hemipelvis.isosurface import isosurface
from hemipelvis.mesh import Mesh
from hemipelvis.shells import outer_shell
from hemipelvis.volume import Volume


def trial_model(envelope: Volume) -> Mesh:
    """Surface of the envelope field (mm, negative inside). Raises InputError when the field holds no solid."""
    if not np.any(envelope.voxels < 0):
        raise InputError(
            "an envelope without a solid", "the implant's outer form", "delete implant/envelope.nrrd and run again"
        )
    return outer_shell(isosurface(envelope))[0]
