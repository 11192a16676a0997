"""Landmarks of real pelves beside five raters' mean, whole and with one side cut away along varied planes.

Run: HEMIPELVIS_DATA=... python benchmarks/landmarks.py [--motions 20] [--whole-turns]. Subjects: meshes/vsd (Fischer,
Sci Data 2023; 10:763). Every run moves the pelvis by its own random rigid motion and cuts it by its own random planes.
Distances in mm, angles in degrees; "beyond" counts single results beyond twice the raters' 95th percentile.
"""

import argparse
import json
import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import trimesh
from scipy.spatial.transform import Rotation

from hemipelvis.arrays import Array, Point, unit
from hemipelvis.design.acetabulum import femoral_head
from hemipelvis.design.bone_surface import Bone
from hemipelvis.design.find_landmarks import PelvicBones, landmarks_of
from hemipelvis.frames import Plane, Side
from hemipelvis.landmarks import Landmarks

RATERS_P95_MM = {"ASIS": 7.2, "PT": 4.4, "SP": 2.5, "IS": 3.7, "PSIS": 8.7}  # one trial of one rater, data README
BARS_MM = {"ASIS": 3.0, "PT": 2.0, "SP": 2.0, "IS": 2.0, "PSIS": 3.5}
Motion = tuple[Array, Array]


def bone(path: Path) -> Bone:
    mesh = trimesh.load(path, process=True)
    assert isinstance(mesh, trimesh.Trimesh)
    return Bone(np.array(mesh.vertices), np.array(mesh.vertex_normals))


def subject(folder: Path) -> tuple[PelvicBones, dict[str, Point]]:
    hips, femurs = ({s: bone(folder / f"{n}_{s}.ply") for s in Side} for n in ("hip", "femur"))
    truth = json.loads((folder / "landmarks.json").read_text(encoding="utf-8"))["mean"]
    return PelvicBones(bone(folder / "sacrum.ply"), hips, femurs), {k: np.array(v, float) for k, v in truth.items()}


def true_symmetry(truth: Mapping[str, Point]) -> Plane:
    """The plane that best mirrors the raters' pairs onto each other, through the median points too (least squares)."""
    left = [p for name, p in sorted(truth.items()) if name.endswith("_L")]
    right = [p for name, p in sorted(truth.items()) if name.endswith("_R")]
    across = np.array(left) - np.array(right)
    middles = np.vstack([(np.array(left) + np.array(right)) / 2, truth["SP"], truth["SC"]])
    normal = unit((unit(across) * np.linalg.norm(across, axis=1)[:, None]).sum(axis=0))
    return Plane(middles.mean(axis=0), normal)


def cut(bones: PelvicBones, side: Side, resection: str, chance: np.random.Generator) -> PelvicBones:
    """One side resected: everything (I+II+III), or all but the pubis and the ischium below random planes (I+II)."""
    hips = {side.other: bones.hips[side.other]}
    if resection == "I+II":
        hips[side] = _below(bones, side, chance)
    sacrum = bones.sacrum
    if chance.random() < 0.5:  # a strip of the ala went with the ilium
        lateral = unit(bones.hips[side].points.mean(axis=0) - bones.hips[side.other].points.mean(axis=0))
        reach = (sacrum.points - sacrum.points.mean(axis=0)) @ lateral
        sacrum = sacrum.where(reach < reach.max() - chance.uniform(0, 20))
    return PelvicBones(sacrum, hips, {side.other: bones.femurs[side.other]})


SHIFT_MM = 2.0


def _below(bones: PelvicBones, side: Side, chance: np.random.Generator) -> Bone:
    hip = bones.hips[side]
    head = femoral_head(bones.femurs[side], hip)
    assert head is not None
    arm = hip.points - head.centre
    medial = unit(bones.hips[side.other].points.mean(axis=0) - hip.points.mean(axis=0))
    pubic = unit(medial + chance.normal(scale=0.15, size=3))
    ischial = unit(np.array([0, 0, -1.0]) + chance.normal(scale=0.15, size=3))
    keeps = (arm @ pubic > chance.uniform(22, 40)) | (arm @ ischial > chance.uniform(24, 40))
    low = arm[:, 2] < 20
    whole = hip.where(keeps & low & (arm @ np.array([0, 1.0, 0]) < 60))
    shift = chance.normal(scale=SHIFT_MM, size=3)  # the remnant drifts once the ring is open
    return Bone(whole.points + shift, whole.normals)


def moved(bones: PelvicBones, motion: Motion) -> PelvicBones:
    def move(b: Bone) -> Bone:
        return Bone(b.points @ motion[0].T + motion[1], b.normals @ motion[0].T)

    hips, femurs = ({s: move(b) for s, b in part.items()} for part in (bones.hips, bones.femurs))
    return PelvicBones(move(bones.sacrum), hips, femurs)


def random_motion(chance: np.random.Generator, whole_turns: bool) -> Motion:
    turn = Rotation.random(random_state=chance) if whole_turns else Rotation.from_rotvec(
        unit(chance.normal(size=3)) * np.radians(chance.uniform(0, 25))
    )  # fmt: skip
    return turn.as_matrix(), chance.uniform(-400, 400, 3)


def back(found: Landmarks, motion: Motion) -> tuple[dict[str, Point], Plane]:
    points = {name: (p - motion[1]) @ motion[0] for name, p in found.points.items()}
    plane = Plane((found.symmetry.point - motion[1]) @ motion[0], found.symmetry.normal @ motion[0])
    return points, plane


def app_normal(points: Mapping[str, Point], plane: Plane, letter: str) -> Array:
    """Normal of the anterior pelvic plane of one side's spine and tubercle and the mirror images."""
    up = points[f"ASIS_{letter}"] - points[f"PT_{letter}"]
    return unit(np.cross(plane.normal, up))


def raters_app(truth: Mapping[str, Point]) -> Array:
    middle = (truth["PT_L"] + truth["PT_R"]) / 2
    return unit(np.cross(truth["ASIS_L"] - middle, truth["ASIS_R"] - middle))


def angle(a: Array, b: Array) -> float:
    return float(np.degrees(np.arccos(np.clip(abs(a @ b), 0, 1))))


def errors(points: Mapping[str, Point], plane: Plane, bones: PelvicBones, truth: Mapping[str, Point], side: Side,
           add: Callable[[str, float], None]) -> None:  # fmt: skip
    for name, p in points.items():
        if name in truth:
            add(name.split("_")[0], float(np.linalg.norm(p - truth[name])))
            if name.endswith(side.letter):
                add(f"{name.split('_')[0]} (affected)", float(np.linalg.norm(p - truth[name])))
    known = true_symmetry(truth)
    add("symmetry deg", angle(plane.normal, known.normal))
    add("symmetry mm", abs(float(plane.distance(known.point))))
    add("app deg", angle(app_normal(points, plane, side.other.letter), raters_app(truth)))
    head = femoral_head(bones.femurs[side.other], bones.hips[side.other])
    assert head is not None
    add("hip centre", float(np.linalg.norm(points[f"hip_centre_{side.other.letter}"] - head.centre)))


def run(root: Path, motions: int, whole_turns: bool, femurs: bool, seed: int, names: list[str]) -> None:
    table: dict[str, list[tuple[float, str]]] = defaultdict(list)
    drift: dict[str, float] = defaultdict(float)
    for name in names:
        bones, truth = subject(root / name)
        for side in Side:
            for state in ("whole", "I+II", "I+II+III"):
                chance = np.random.default_rng([seed, len(state), side is Side.LEFT])
                for k in range(motions):
                    state_bones = bones if state == "whole" else cut(bones, side, state, chance)
                    if not femurs:
                        state_bones = PelvicBones(state_bones.sacrum, state_bones.hips)
                    motion = random_motion(chance, whole_turns)
                    where = f"{name} {side} {state} {k}"
                    try:
                        found = landmarks_of(
                            moved(state_bones, motion), None, side, state if state != "whole" else "I+II"
                        )
                        points, plane = back(found, motion)
                        errors(points, plane, bones, truth, side, lambda n, v, w=where: table[n].append((v, w)))
                        if k < 2:
                            still = landmarks_of(state_bones, None, side, state if state != "whole" else "I+II")
                            for n, p in points.items():
                                drift[n] = max(
                                    drift[n], float(np.linalg.norm(p - still.points[n])) if n in still.points else 99
                                )
                    except Exception as error:  # one failure is a figure too
                        table["failed"].append((1, f"{where}: {type(error).__name__} {str(error)[:100]}"))
    show(table, drift)


def show(table: Mapping[str, list[tuple[float, str]]], drift: Mapping[str, float]) -> None:
    for name, rows in sorted(table.items()):
        values = np.array([v for v, _ in rows])
        limit = 2 * RATERS_P95_MM.get(name.split(" ")[0], np.inf)
        worst = max(rows)
        print(f"{name:20s} n {len(rows):4d} median {np.median(values):6.2f} p95 {np.percentile(values, 95):6.2f} "
              f"max {values.max():6.2f} beyond {int((values > limit).sum()):3d}   worst: {worst[1]}")  # fmt: skip
    print("drift under motion, mm:", {k: round(v, 3) for k, v in sorted(drift.items())})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--motions", type=int, default=20)
    parser.add_argument("--whole-turns", action="store_true", help="any orientation, not only up to 25 degrees")
    parser.add_argument("--no-femurs", action="store_true", help="hip centres from the acetabulum alone")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--subjects", default="z013,z019,z036")
    a = parser.parse_args()
    root = Path(os.environ["HEMIPELVIS_DATA"]) / "meshes" / "vsd"
    run(root, a.motions, a.whole_turns, not a.no_femurs, a.seed, a.subjects.split(","))


if __name__ == "__main__":
    main()
