"""The face that reaming leaves on a host, prolonged into the implant.

Screws cross this face on purpose. Prolonged, it stops counting as a surface to keep away from; so does the bone
around it that looks the same way. Edges where the bone falls away still count: a screw must enter bone whole.
"""

import numpy as np

from hemipelvis.arrays import Array, Mask, Points, Vector
from hemipelvis.plan import Interface
from hemipelvis.volume import Volume

PITCH_MM = 0.5
STEP_MM = 0.25
GAP_MM = 4.0  # bone that lies deeper than this below the plane is not met by the implant
FRONT_MM = 10.0  # more than a screw's radius and its cortex
BOSS_MM = 4.0  # a screw's boss may widen the implant's foot beyond the reamed contact by about a head's radius


def plane_axes(normal: Vector, up: Vector | None = None) -> Array:
    """Two unit axes (2, 3) in a plane; the second points as near as can be to `up` (patient's superior)."""
    n = np.asarray(normal, float)
    wish = np.array([0.0, 0.0, 1.0]) if up is None else np.asarray(up, float)
    if abs(n @ wish) > 0.95:
        wish = np.array([0.0, -1.0, 0.0])
    v = wish - (wish @ n) * n
    v /= np.linalg.norm(v)
    return np.vstack([np.cross(v, n), v])


def reamed_face(bone: Volume, interface: Interface) -> Mask:
    """Voxels in front of bone in and around the interface, from `GAP_MM` below its plane to `FRONT_MM` above it."""
    axes = plane_axes(interface.normal)
    depth = _depth_of_bone(bone, interface, axes)
    reach = interface.radius_mm + BOSS_MM + 2 * FRONT_MM
    lower, upper = interface.point - reach, interface.point + reach
    lo = np.clip(np.floor(bone.index_from_world(lower)), 0, bone.size).astype(int)
    hi = np.clip(np.ceil(bone.index_from_world(upper)) + 1, 0, bone.size).astype(int)
    index = np.stack(np.meshgrid(*(np.arange(a, b) for a, b in zip(lo, hi, strict=True)), indexing="ij"), axis=-1)
    q = bone.world_from_index(index.reshape(-1, 3)) - interface.point
    height, uv = q @ interface.normal, np.rint(q @ axes.T / PITCH_MM).astype(int) + len(depth) // 2
    inside = np.all((uv >= 0) & (uv < len(depth)), axis=1) & (height <= FRONT_MM)
    inside[inside] &= height[inside] > -depth[uv[inside, 0], uv[inside, 1]]
    face = np.zeros(bone.voxels.shape, bool)
    i, j, k = index.reshape(-1, 3)[inside].T
    face[k, j, i] = True
    return face


def _depth_of_bone(bone: Volume, interface: Interface, axes: Array) -> Array:
    """Depth (n, n), mm, of the first bone below the plane's nodes; −inf where there is none or too far aside."""
    half = int(np.ceil((interface.radius_mm + BOSS_MM + FRONT_MM) / PITCH_MM))
    steps = np.arange(-half, half + 1) * PITCH_MM
    u, v = np.meshgrid(steps, steps, indexing="ij")
    nodes = interface.point + u[..., None] * axes[0] + v[..., None] * axes[1]
    depth = np.full(u.shape, -np.inf)
    for below in np.arange(GAP_MM, -STEP_MM / 2, -STEP_MM):
        depth[bone.nearest(nodes - below * interface.normal).reshape(u.shape) > 0] = below
    depth[~in_contact(nodes.reshape(-1, 3), interface, BOSS_MM + FRONT_MM).reshape(u.shape)] = -np.inf
    return depth


def in_contact(points: Points, interface: Interface, wider_mm: float = BOSS_MM) -> Array:
    """Whether points (n, 3) project into the interface's disc or ellipse, widened."""
    along = (points - interface.point) @ interface.axes[:2].T / (np.array(interface.halves_mm) + wider_mm)
    return np.hypot(*along.T) <= 1
