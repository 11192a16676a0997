"""The pelvis's symmetry plane: mirrored registration that one side cut away, moved or full of metal cannot pull off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Point, square_to, unit
from hemipelvis.design.bone_surface import Bone
from hemipelvis.frames import Plane, Side

SCALES_MM = (30.0, 18.0, 11.0, 7.0, 4.5, 3.0)  # residuals that still count: from the coarse pose down to anatomy
STEPS_PER_SCALE = 6
FINAL_STEPS = 60
STARTS, START_CONE_DEG = 36, 65.0  # some 20 degrees apart; a hip's middle lies 40 to 50 degrees off the transverse axis
COARSE_POINTS, FINE_POINTS = 350, 3000
FACING = 0.5  # cosine above which two surfaces look the same way
HALF_SYMPHYSIS_MM = 2.0  # half the adult symphyseal cleft: 3 to 5 mm between the faces (Becker,
# 10.1111/j.1469-7580.2010.01300.x)
CLEFT_MM, OPPOSITE_MM = (1.0, 8.0), 10.0  # a cleft this wide, its faces this nearly level, is a joint that holds
FACE_MM, MEDIALLY, MIN_FACE = 6.0, 0.7, 30  # the face lies this near to the medial end and looks this way (cosine)
FINALISTS = 8  # of the starts are followed down to the finest scale
NEAREST_PERCENT = 0.2  # of a bone's points are its most medial ones
REACHED_MM = (-10.0, 15.0)  # where those may lie from a plane that is still coarse
COVER_MM, WHOLE_SHARE = 12.0, 0.85  # bone this near to the mirror image covers it; less than this share is a remnant
SYMPHYSIS_WEIGHT = 0.5  # of the sacrum's: its lever about the sacrum is long, its scatter about as large


@dataclass(frozen=True)
class _Pair:
    """Points that, mirrored, should lie on another surface (or on their own)."""

    source: Bone
    target: Bone
    tree: KDTree


def find_symmetry(sacrum: Bone, hips: Mapping[Side, Bone]) -> Plane:
    """The plane through which the pelvis maps onto itself; its normal points to the patient's left.

    The sacrum is matched with its own mirror image by robust (Geman-McClure) point-to-plane registration with a scale
    that shrinks in steps (graduated non-convexity, Black and Rangarajan 1996), from starts all around the direction
    in which the intact innominate bone lies: how the patient lies in the scanner plays no part. The intact bone's
    symphyseal face, half a cleft beside the plane, holds it in front. Where the other innominate bone is whole too,
    both are then matched with each other instead. A remnant is left out: once the ring is open it drifts, and even one
    that has not moved makes the plane no better than sacrum and symphysis do.
    """
    side = max(hips, key=lambda s: _extent(hips[s]))
    face = hips[side], side.sign, HALF_SYMPHYSIS_MM
    coarse = _pairs(sacrum, {}, COARSE_POINTS)
    rough = [_anneal(coarse, None, start, SCALES_MM[:2]) for start in _starts(sacrum, *face[:2])]
    rough.sort(key=lambda plane: (_beside(*face[:2], plane), _explained(coarse, plane, SCALES_MM[1])), reverse=True)
    fitted = [_anneal(coarse, None, plane, SCALES_MM[2:]) for plane in rough[:FINALISTS]]
    led = max(fitted, key=lambda plane: (_beside(*face[:2], plane), _explained(coarse, plane, SCALES_MM[-1])))
    alone = _pairs(sacrum, {}, FINE_POINTS)
    plane = _anneal(alone, face, led, SCALES_MM[-3:], FINAL_STEPS)
    half = _half_cleft(hips, side, plane)
    if half is not None:
        face = (*face[:2], half)
        plane = _anneal(alone, face, plane, SCALES_MM[-2:], FINAL_STEPS)
    if side.other in hips and is_whole(hips[side], hips[side.other], plane):
        plane = _anneal(_pairs(sacrum, hips, COARSE_POINTS), None, plane, SCALES_MM[2:])
        plane = _anneal(_pairs(sacrum, hips, FINE_POINTS), None, plane, SCALES_MM[-2:], FINAL_STEPS)
    return plane


def _extent(bone: Bone) -> float:
    return float(np.linalg.norm(bone.points.std(axis=0)))


def _starts(sacrum: Bone, hip: Bone, sign: int) -> list[Plane]:
    """Planes through the sacrum's middle, their normals spread evenly (Fibonacci) over a cone to the left."""
    middle = sacrum.points.mean(axis=0)
    outward = unit(hip.points.mean(axis=0) - middle)
    turn = np.arange(STARTS) * np.pi * (3 - np.sqrt(5))
    along = 1 - (np.arange(STARTS) + 0.5) / STARTS * (1 - np.cos(np.radians(START_CONE_DEG)))
    ring = np.column_stack([np.cos(turn), np.sin(turn)]) * np.sqrt(1 - along**2)[:, None]
    normals = along[:, None] * outward + ring @ _across(outward)
    return [Plane(middle, sign * normal) for normal in normals]


def _beside(hip: Bone, sign: int, plane: Plane) -> bool:
    """Does the innominate bone lie on its own side of the plane and reach it, as at a symphysis?"""
    nearest = float(np.percentile(plane.distance(hip.points) * sign, NEAREST_PERCENT))
    return REACHED_MM[0] < nearest < REACHED_MM[1]


def is_whole(intact: Bone, other: Bone, plane: Plane) -> bool:
    """Is nearly all of the intact bone's mirror image covered by the other bone?"""
    image = plane.mirror(intact.thinned(FINE_POINTS).points)
    return bool(np.mean(KDTree(other.points).query(image)[0] < COVER_MM) > WHOLE_SHARE)


def sacral_symmetry(sacrum: Bone, pelvis: Plane) -> Plane:
    """The sacrum's own symmetry plane, nearest to the pelvis's: it may stand some millimetres beside it."""
    return _anneal(_pairs(sacrum, {}, FINE_POINTS), None, pelvis, SCALES_MM[-3:], FINAL_STEPS)


def _pairs(sacrum: Bone, hips: Mapping[Side, Bone], count: int) -> list[_Pair]:
    pairs = [_Pair(sacrum.thinned(count), sacrum, KDTree(sacrum.points))]
    if len(hips) == 2:
        trees = {side: KDTree(bone.points) for side, bone in hips.items()}
        pairs += [_Pair(hips[s].thinned(count), hips[s.other], trees[s.other]) for s in hips]
    return pairs


def _anneal(
    pairs: Sequence[_Pair],
    face: tuple[Bone, int, float] | None,
    start: Plane,
    scales: Sequence[float],
    final_steps: int = STEPS_PER_SCALE,
) -> Plane:
    plane = start
    for scale in scales:
        for _ in range(final_steps if scale == scales[-1] else STEPS_PER_SCALE):
            moved = _step(pairs, face, plane, scale)
            still = _shift(plane, moved) < 1e-7
            plane = moved
            if still:
                break
    return plane


def _shift(a: Plane, b: Plane) -> float:
    return float(np.abs(a.normal - b.normal).max() + np.abs(b.distance(a.point)))


def _step(pairs: Sequence[_Pair], face: tuple[Bone, int, float] | None, plane: Plane, scale_mm: float) -> Plane:
    """One weighted Gauss-Newton step over the normal's two tilts and the offset."""
    across = _across(plane.normal)
    rows = [_rows(pair, plane, across, scale_mm) for pair in pairs]
    normal_matrix = sum(((j * w[:, None]).T @ j for j, _, w in rows), np.zeros((3, 3)))
    gradient = sum(((j * w[:, None]).T @ r for j, r, w in rows), np.zeros(3))
    if face is not None:
        j, r = _face_row(face, plane, across)
        weight = SYMPHYSIS_WEIGHT * rows[0][2].sum()
        normal_matrix, gradient = normal_matrix + weight * np.outer(j, j), gradient + weight * j * r
    change = -np.linalg.solve(normal_matrix + 1e-9 * np.eye(3), gradient)
    normal = unit(plane.normal + change[:2] @ across)
    return Plane(plane.point + change[2] * plane.normal, normal)


def _across(normal: Array) -> Array:
    """Two unit vectors (2, 3) that span the plane."""
    return np.vstack(square_to(normal))


def _match(pair: _Pair, plane: Plane) -> tuple[Array, Array, Array]:
    """Offsets of mirrored points from their nearest targets, the targets' normals, and whether both face alike."""
    nearest = pair.tree.query(plane.mirror(pair.source.points))[1]
    normals = pair.target.normals[nearest]
    offsets = plane.mirror(pair.source.points) - pair.target.points[nearest]
    facing = np.einsum("ij,ij->i", plane.mirror_direction(pair.source.normals), normals) > FACING
    return offsets, normals, facing


def _rows(pair: _Pair, plane: Plane, across: Array, scale_mm: float) -> tuple[Array, Array, Array]:
    """Jacobian (n, 3), residuals (n,) and weights (n,) of a pair."""
    offsets, normals, facing = _match(pair, plane)
    distance = plane.distance(pair.source.points)
    along = normals @ plane.normal
    tilts = -2 * (
        ((pair.source.points - plane.point) @ across.T) * along[:, None] + distance[:, None] * (normals @ across.T)
    )
    weight = facing / (1 + np.einsum("ij,ij->i", offsets, offsets) / scale_mm**2) ** 2
    return np.column_stack([tilts, 2 * along]), np.einsum("ij,ij->i", offsets, normals), weight


def _face_row(face: tuple[Bone, int, float], plane: Plane, across: Array) -> tuple[Array, float]:
    """The symphyseal face's distance from where half a cleft beside the plane would put it."""
    bone, sign, half = face
    middle = symphyseal_face(bone, plane, sign)
    residual = float(plane.distance(middle)) - sign * half
    return np.array([*((middle - plane.point) @ across.T), -1.0]), residual


def symphyseal_face(bone: Bone, plane: Plane, sign: int) -> Point:
    """Middle of the symphyseal face: median depth of what looks medially at the innominate bone's medial end."""
    depth = plane.distance(bone.points) * sign
    end = depth < np.percentile(depth, NEAREST_PERCENT) + FACE_MM
    looks = bone.normals @ plane.normal * sign < -MEDIALLY
    face = bone.points[end & looks] if (end & looks).sum() >= MIN_FACE else bone.points[end]
    middle = face.mean(axis=0)
    return middle + (np.median(plane.distance(face)) - plane.distance(middle)) * plane.normal


def _half_cleft(hips: Mapping[Side, Bone], side: Side, plane: Plane) -> float | None:
    """Half the distance between both symphyseal faces where the other pubis survives next to this one: the joint holds
    even where the ring is open."""
    if side.other not in hips:
        return None
    faces = [symphyseal_face(hips[s], plane, s.sign) for s in (side, side.other)]
    gap = float((plane.distance(faces[0]) - plane.distance(faces[1])) * side.sign)
    apart = np.linalg.norm(plane.project(faces[0]) - plane.project(faces[1]))
    return gap / 2 if CLEFT_MM[0] < gap < CLEFT_MM[1] and apart < OPPOSITE_MM else None


def _explained(pairs: Sequence[_Pair], plane: Plane, scale_mm: float) -> float:
    total = 0.0
    for pair in pairs:
        offsets, _, facing = _match(pair, plane)
        total += float((facing / (1 + np.einsum("ij,ij->i", offsets, offsets) / scale_mm**2)).sum())
    return total
