"""Array types, named once. Shapes stand in the annotation, units in the variable's name."""

from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Point: TypeAlias = Annotated[NDArray[Any], "3", "LPS mm"]
Vector: TypeAlias = Annotated[NDArray[Any], "3", "unit, LPS"]
Points: TypeAlias = Annotated[NDArray[Any], "n 3", "LPS mm"]
Distances: TypeAlias = Annotated[NDArray[Any], "n", "mm, negative inside"]
Voxels: TypeAlias = Annotated[NDArray[Any], "z y x"]
Mask: TypeAlias = Annotated[NDArray[np.bool_], "z y x"]


def unit(vector: Any) -> Vector:
    """Vector (…, 3) scaled to length one along its last axis. Raises ValueError for a zero vector."""
    v = np.asarray(vector, float)
    length = np.linalg.norm(v, axis=-1, keepdims=True)
    if np.any(length == 0):
        raise ValueError("a zero vector has no direction")
    return v / length


def square_to(axes: Any, frame: Any = ((1, 0, 0), (0, 1, 0), (0, 0, 1))) -> tuple[Array, Array]:
    """Two unit vectors (…, 3) each, square to unit vectors (…, 3) and to one another.

    The first is square to an axis (row) of the frame too: of the three that to which `axes` run least parallel.
    """
    a, rows = np.asarray(axes, float), np.asarray(frame, float)
    first = unit(np.cross(a, rows[np.argmin(np.abs(a @ rows.T).reshape(-1, 3).max(axis=0))]))
    return first, np.cross(a, first)


def frozen(array: Any, dtype: Any = float) -> Array:
    """A read-only copy, for the fields of frozen dataclasses."""
    copy = np.array(array, dtype)
    copy.flags.writeable = False
    return copy
