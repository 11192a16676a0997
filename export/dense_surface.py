"""The part of a bone's surface under which the bone is dense: sclerosis, for pictures."""

import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.mesh import Mesh
from hemipelvis.volume import Volume

DEPTHS_MM = (3.0, 4.0, 5.0)
"""Below the cortex of a pelvis (1 to 2 mm and its blur): marrow there has 50 to 300 HU, sclerosis 700 and more."""

THROUGH_MM, BONE_HU = (6.0, 7.0), 200.0
"""A plate that has ended here is cortex to both sides: 3 to 5 mm beneath lies its other side, not sclerosis."""


def dense_surface(bone: Mesh, hu: Volume, level_hu: float, most_hu: float) -> tuple[Mesh, Mesh]:
    """A bone's mesh (LPS mm) in two: where the HU 3 to 5 mm beneath fall below a level, and where none of them does.

    Plates of less than 7 mm, whose other cortex lies there, count as not dense. HU of most_hu and more are metal and
    say nothing; where all of it is metal the surface counts as not dense.
    """
    normal = np.asarray(bone.trimesh().vertex_normals, float)
    beneath, through = (
        np.array([hu.sample(bone.vertices - depth * normal, -1024.0) for depth in depths])
        for depths in (DEPTHS_MM, THROUGH_MM)
    )
    known = beneath < most_hu
    least: Array = np.where(known, beneath, most_hu).min(axis=0)
    dense: Mask = (known.any(axis=0) & (least >= level_hu) & (through.min(axis=0) >= BONE_HU))[bone.faces].sum(
        axis=1
    ) >= 2
    return Mesh(bone.vertices, bone.faces[~dense]), Mesh(bone.vertices, bone.faces[dense])
