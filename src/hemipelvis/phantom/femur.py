"""The proximal femur of the demo patient's left side, as fields in the build frame.

Head radius and neck-shaft angle near the means of Noble, "The anatomic basis of femoral component design"
(Clin Orthop 235:148, 1988).
"""

from hemipelvis.field import Field, sphere, union
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
    """Where the shaft is cortical bone through and through (but its canal); a tenth of the distance, to fade in."""
    top = shapes()["femur"]["tube_from_z"]
    return Field(lambda p: (p[:, 2] - top) / 10)


def marrow() -> Field:
    """The medullary canal."""
    return chain(shapes()["femur"]["marrow"])
