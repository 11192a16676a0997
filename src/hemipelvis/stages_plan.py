"""Wiring, second third: landmarks, measures, the cup, the interfaces and the screws."""

from pathlib import Path

import numpy as np
from scipy import ndimage

from hemipelvis.arrays import Point, Points
from hemipelvis.design.check_defect import check_defect
from hemipelvis.design.find_landmarks import find_landmarks
from hemipelvis.design.measure import measure, measurements_report
from hemipelvis.design.measure_film import measure_film
from hemipelvis.design.plan_cup import plan_cup
from hemipelvis.design.plan_interfaces import plan_interfaces
from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.guessed_bone import guessed_share
from hemipelvis.jsonable import dumps, from_json, load, to_json
from hemipelvis.labels import Label
from hemipelvis.landmarks import Landmarks, landmarks_from_json
from hemipelvis.pipeline import Desk, Stage
from hemipelvis.plain_film import read_plain_film
from hemipelvis.plan import CupPlan, Interface, Screw
from hemipelvis.screws.plan_screws import plan_screws
from hemipelvis.settings import Case, ScrewSettings, own_file
from hemipelvis.stages_image import LABEL_CONFIDENCE, LABELS, MAR, read_hardware, settings_of
from hemipelvis.volume import Volume, read_volume

LANDMARKS, MEASUREMENTS, CUP = "planning/landmarks.json", "planning/measurements.json", "planning/cup.json"
BENEATH_MM, MOST_GUESSED = 1.5, 0.1
"""Bone is asked for this far under a face; and the share of guessed bone from which it is said."""
INTERFACES, SCREWS, SCREW_PLAN = "planning/interfaces.json", "planning/screws.json", "planning/screw_plan.json"


def landmarks(desk: Desk) -> None:
    """Landmarks, the symmetry plane and the arcuate lines, once the scan is seen to hold what is needed."""
    labels, case = read_volume(desk.path(LABELS)), desk.case.case
    check_defect(labels, case.side, case.resection)
    found = find_landmarks(labels, read_hardware(desk), case.side, case.resection, desk.case.landmarks, desk.progress)
    desk.warnings.extend(found.warnings)
    desk.new(LANDMARKS).write_text(dumps(found.to_json()), encoding="utf-8")


def read_landmarks(desk: Desk) -> Landmarks:
    """The landmarks of a run."""
    return landmarks_from_json(load(desk.path(LANDMARKS)))


def cup(desk: Desk) -> None:
    """Measures now, the planned cup, and the measures with it."""
    marks, side = read_landmarks(desk), desk.case.case.side
    now = measure(marks, _old_centre(marks, side), side)
    plan = plan_cup(marks, now, side, desk.case.cup, _femur_surface(read_volume(desk.path(LABELS)), side))
    desk.warnings.extend(plan.warnings)
    desk.new(CUP).write_text(dumps(plan), encoding="utf-8")
    report = measurements_report(marks, plan.centre, side)
    if desk.case.radiograph.path is not None:
        film = read_plain_film(desk.case.radiograph.path)
        report["radiograph"] = measure_film(film, desk.case.radiograph, side)
    desk.new(MEASUREMENTS).write_text(dumps(report), encoding="utf-8")


def _old_centre(marks: Landmarks, side: Side) -> Point:
    try:
        return marks.paired("hip_centre", side)
    except KeyError as error:
        raise InputError(
            "no centre of the old cup in the scan",
            "the rotation centre of the old endoprosthesis, from which CHD is measured",
            "state cup_centre and cup_opening under [old_screws] in case.toml",
        ) from error


def _femur_surface(labels: Volume, side: Side) -> Points | None:
    """Every border voxel (n, 3) of the affected femur, None where there is none."""
    femur = labels.voxels == Label.femur(side)
    points = labels.points_where(femur & ~ndimage.binary_erosion(femur))
    return points if len(points) else None


def read_cup(desk: Desk) -> CupPlan:
    """The planned cup of a run."""
    return from_json(CupPlan, load(desk.path(CUP)))


def interfaces(desk: Desk) -> None:
    """The faces to ream on the host bones."""
    labels, mar = read_volume(desk.path(LABELS)), read_volume(desk.path(MAR))
    case = desk.case.case
    planned = plan_interfaces(
        labels, mar, read_landmarks(desk), read_cup(desk), case.side, case.resection, desk.case.body
    )
    confidence = read_volume(desk.path(LABEL_CONFIDENCE))
    for face in planned:
        share = guessed_share(labels, confidence, _beneath(face))
        if share > MOST_GUESSED:
            desk.warnings.append(
                f"{face.host}: {100 * share:.0f} % of the bone under its face is a guess: metal hides it"
            )
    desk.new(INTERFACES).write_text(dumps(planned), encoding="utf-8")


def _beneath(face: Interface) -> Points:
    """Points (n, 3) under a face's ellipse."""
    u, v = np.meshgrid(*[np.linspace(-1, 1, 41)] * 2)
    inside = u**2 + v**2 <= 1
    across = np.stack([u[inside], v[inside]], axis=1) * face.halves_mm
    return np.asarray(face.point + across @ face.axes[:2] - BENEATH_MM * face.normal)


def read_interfaces(desk: Desk) -> tuple[Interface, ...]:
    """The interfaces of a run."""
    return tuple(from_json(Interface, d) for d in load(desk.path(INTERFACES)))


def screws(desk: Desk) -> None:
    """New screws that hold and miss the old tunnels."""
    labels, mar = read_volume(desk.path(LABELS)), read_volume(desk.path(MAR))
    plan = plan_screws(
        labels, mar, read_hardware(desk), read_landmarks(desk), read_cup(desk), read_interfaces(desk),
        desk.case.case.side, desk.case.screws, desk.progress,
    )  # fmt: skip
    desk.warnings.extend(plan.warnings)
    confidence = read_volume(desk.path(LABEL_CONFIDENCE))
    for s in plan.screws:
        share = guessed_share(labels, confidence, np.linspace(s.entry, s.tip, 200))
        if share > MOST_GUESSED:
            desk.warnings.append(f"screw {s.id}: {100 * share:.0f} % of the bone along it is a guess: metal hides it")
    rows = [{**to_json(s), "length_mm": s.length_mm} for s in plan.screws]
    desk.new(SCREWS).write_text(dumps(rows), encoding="utf-8")
    desk.new(SCREW_PLAN).write_text(dumps(plan), encoding="utf-8")


def own_catalogue(settings: ScrewSettings) -> tuple[Path, ...]:
    """The engineer's own catalogue, where one is stated."""
    own = own_file(settings.catalogue)
    return () if own is None else (own,)


def read_screws(desk: Desk) -> tuple[Screw, ...]:
    """The new screws of a run."""
    return tuple(from_json(Screw, d) for d in load(desk.path(SCREWS)))


def _film_settings(case: Case) -> object:
    return case.radiograph.model_dump(mode="json", exclude={"path"})


STAGES = (
    Stage(
        "landmarks", "Find the landmarks", landmarks, ("hardware",), lambda c: settings_of(c, "landmarks"),
        editable=(LANDMARKS,), packages=("design",),
    ),
    Stage(
        "cup", "Measure and plan the cup", cup, ("landmarks",), lambda c: [*settings_of(c, "cup"), _film_settings(c)],
        lambda c: () if c.radiograph.path is None else (c.radiograph.path,), editable=(CUP,), packages=("design",),
    ),
    Stage(
        "interfaces", "Plan the interfaces", interfaces, ("reduce", "bones", "hardware", "landmarks", "cup"),
        lambda c: settings_of(c, "body"), editable=(INTERFACES,), packages=("design",),
    ),
    Stage(
        "screws", "Plan the screws", screws, ("reduce", "bones", "hardware", "landmarks", "cup", "interfaces"),
        lambda c: settings_of(c, "screws"), lambda c: own_catalogue(c.screws), editable=(SCREWS,), packages=("screws",),
    ),
)  # fmt: skip
