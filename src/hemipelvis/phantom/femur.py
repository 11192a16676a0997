"""The proximal femur of the demo patient's left side, as fields in the build frame.

Head radius and neck-shaft angle near the means of Noble, "The anatomic basis of femoral component design"
(Clin Orthop 235:148, 1988).
"""

import numpy as np

from hemipelvis.field import Field, half_space, sphere, union
from hemipelvis.frames import Plane
from hemipelvis.phantom.chain import chain
from hemipelvis.phantom.shapes import shapes


def femur() -> Field:
    """Head, neck, trochanters and shaft."""
    parts = shapes()["femur"]
    limbs = union([chain(parts[name]) for name in ("neck", "trochanter", "shaft")], 6.0)
    return head().smooth_union(limbs, 5.0).smooth_union(chain(parts["lesser"]), 5.0)


def head() -> Field:
    """The femoral head, concentric with the acetabulum."""
    return sphere(shapes()["innominate"]["hip_centre"], shapes()["femur"]["head_radius"])


def tube() -> Field:
    """Where the shaft is cortical bone through and through (but its canal)."""
    top = np.array([0, 0, shapes()["femur"]["tube_from_z"]], float)
    return half_space(Plane(top, np.array([0.0, 0, 1])))


def marrow() -> Field:
    """The medullary canal."""
    return chain(shapes()["femur"]["marrow"])
