"""Wiring, last third: the body, the lattice, the print part, its checks, the report and the hand-off."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from hemipelvis import __version__
from hemipelvis.arrays import Point
from hemipelvis.design.build_body import build_body
from hemipelvis.export.build_check import build_check, wall_checks
from hemipelvis.export.build_pose import best_pose
from hemipelvis.export.check import Check, at_least, equals
from hemipelvis.export.engraving import LEAST_MM, Engraving, letter_heights, measured_depth, pressed
from hemipelvis.export.gather_checks import gather_checks
from hemipelvis.export.handoff import README, checksums
from hemipelvis.export.machine import machine
from hemipelvis.export.mark_place import place_mark, solid_skin
from hemipelvis.export.review import SUMS
from hemipelvis.export.threemf import Placement, write_3mf
from hemipelvis.export.thumbnail import thumbnail
from hemipelvis.export.trial_model import trial_model
from hemipelvis.isosurface import isosurface
from hemipelvis.jsonable import dumps, from_json, load
from hemipelvis.labels import BONES, Label
from hemipelvis.lattice.calibrate import calibrate, thin_struts
from hemipelvis.lattice.drained import Drained, drained
from hemipelvis.lattice.mesh_part import mesh_part
from hemipelvis.lattice.preview import preview
from hemipelvis.layered_mesh import LayeredMesh
from hemipelvis.mesh import Mesh, read_stl, write_stl
from hemipelvis.nrrd import write_nrrd
from hemipelvis.pipeline import Desk, Stage
from hemipelvis.progress import part
from hemipelvis.settings import Case
from hemipelvis.shells import outer_shell
from hemipelvis.stages_image import LABELS, bone_surface, settings_of
from hemipelvis.stages_plan import read_cup, read_interfaces, read_landmarks, read_screws
from hemipelvis.volume import Volume, read_volume

ENVELOPE, SOLID, BODY = "implant/envelope.stl", "implant/solid.stl", "implant/body.json"
ENVELOPE_FIELD, SOLID_FIELD = "implant/envelope.nrrd", "implant/solid.nrrd"
IMPLANT, IMPLANT_3MF, LATTICE, TRIAL = (
    "implant/implant.stl",
    "implant/implant.3mf",
    "implant/lattice.json",
    "implant/trial.stl",
)
PREVIEW, CHECKS, BUILD, TRIAL_FACTS = "implant/preview.stl", "checks.json", "implant/build.json", "implant/trial.json"
PRINTED_SOLID = "implant/printed_solid.nrrd"
"""The solid of the print part: as designed, and the pores filled that powder could not leave."""
NOTED_MM3 = 5.0
PARTS = {"implant": IMPLANT, "envelope": ENVELOPE, "trial": TRIAL}


def body(desk: Desk) -> None:
    """The streamlined body and the solid part, as fields and as meshes."""
    labels = read_volume(desk.path(LABELS))
    built = build_body(
        labels, read_landmarks(desk), read_cup(desk), read_interfaces(desk), read_screws(desk),
        desk.case.case.side, desk.case.body, part(desk.progress, 0, 0.85),
        {path: read_stl(path) for path in _shape_files(desk.case)},
    )  # fmt: skip
    desk.warnings.extend(built.warnings)
    for field, field_name, mesh_name in (
        (built.envelope, ENVELOPE_FIELD, ENVELOPE),
        (built.solid, SOLID_FIELD, SOLID),
    ):
        desk.progress("meshing", 0.9)
        write_nrrd(desk.new(field_name), field)
        mesh, dropped = outer_shell(isosurface(field))
        if dropped > NOTED_MM3:
            desk.warnings.append(f"{mesh_name}: {dropped:.0f} mm³ in crumbs and sealed pockets dropped")
        write_stl(desk.new(mesh_name), mesh)
    desk.new(BODY).write_text(dumps(built.measures), encoding="utf-8")


def _shape_files(case: Case) -> tuple[Path, ...]:
    """The STL files that the engineer adds to the body or cuts from it."""
    return tuple(s.path for s in (*case.body.add, *case.body.cut) if s.path is not None)


def lattice(desk: Desk) -> None:
    """The print part: solid and gyroid as one closed surface."""
    calibration = calibrate(desk.case.lattice)
    thin = thin_struts(calibration, *_struts(desk))
    envelope, drawn = read_volume(desk.path(ENVELOPE_FIELD)), read_volume(desk.path(SOLID_FIELD))
    powder = drained(envelope, drawn, calibration, desk.case.lattice, part(desk.progress, 0, 0.4))
    solid = powder.solid
    write_nrrd(desk.new(PRINTED_SOLID), solid)
    with TemporaryDirectory(dir=desk.scratch) as folder:
        made = mesh_part(envelope, solid, calibration, desk.case.lattice, Path(folder), part(desk.progress, 0.4, 0.8))
        desk.warnings.extend((*calibration.warnings, *thin, *made.warnings))
        mark = _engrave(desk, made.mesh, envelope, solid, calibration.pitch_mm)
        _write_part(desk, made.mesh)
    write_stl(desk.new(PREVIEW), preview(envelope))
    desk.warnings.extend(_about_powder(powder, desk.case.lattice.drain_um))
    counts = {**made.counts, "chambers_filled": powder.small, "trapping_chambers": powder.left.chambers}
    measures = {**made.measures, "chambers_filled_mm3": powder.added_mm3}
    facts = {"calibration": calibration, "counts": counts, "measures": measures, "engraving": mark}
    desk.new(LATTICE).write_text(dumps(facts), encoding="utf-8")


def _struts(desk: Desk) -> tuple[float, str]:
    """The least strut the case's machine prints, and its name."""
    printer = machine(desk.case.export.machine)
    return printer.least_strut_mm, printer.name


def _engrave(desk: Desk, mesh: LayeredMesh, envelope: Volume, solid: Volume, pitch_mm: float) -> Engraving | None:
    """Press side, code, part number and revision into the mesh; a warning says what found no place."""
    if not desk.case.export.engrave:
        desk.warnings.append("nothing is engraved, as the case file states: mark the part's side by other means")
        return None
    desk.progress("seeking a place for the mark", 0.8)
    wanted = mark_texts(desk.case)
    side, frame = desk.case.case.side, read_landmarks(desk).frame()
    lateral, posterior = side.sign * frame.world_direction((1, 0, 0)), frame.world_direction((0, 1, 0))
    skin = solid_skin(envelope, solid, _keep_off(desk), lateral, posterior)
    mark = place_mark(skin, wanted, letter_heights(pitch_mm))
    if mark is None or mark.lines not in wanted[0]:
        found = "nothing" if mark is None else f"only {' '.join(mark.lines)}"
        desk.warnings.append(f"{found} could be engraved of {' '.join(wanted[0][0])}: mark the rest by other means")
    if mark is not None:
        mesh.move(lambda points: pressed(mark, points, envelope))
    return mark


def mark_texts(case: Case) -> list[list[tuple[str, ...]]]:
    """What to engrave, in order of preference, each in one line or several: everything, then less, at last the side."""
    letter, code = case.case.side.letter, case.case.code.upper()
    number = " ".join(t.upper() for t in (case.export.part_number, case.export.revision) if t)
    whole = [[(f"{letter} {code} {number}",), (f"{letter} {code}", number), (letter, code, number)]] if number else []
    return [*whole, [(f"{letter} {code}",), (letter, code)], [(letter,)]]


def _keep_off(desk: Desk) -> list[tuple[Point, Point, float]]:
    """Cavity, screw heads and ways, reamed faces and the notch: what a mark keeps away from, as capsules."""
    cup, marks, side = read_cup(desk), read_landmarks(desk), desk.case.case.side
    notch = marks.points.get(f"notch_{side.other.letter}")
    capsules = [(cup.centre, cup.centre, cup.inner_radius_mm + 1.0)]
    capsules += [(s.entry - 10 * s.direction, s.tip, s.head_diameter_mm / 2 + 2.0) for s in read_screws(desk)]
    capsules += [(i.point, i.point, i.radius_mm + 3.0) for i in read_interfaces(desk)]
    return capsules + (
        [(marks.symmetry.mirror(notch), marks.symmetry.mirror(notch), 20.0)] if notch is not None else []
    )


def _about_powder(powder: Drained, drain_um: float) -> tuple[str, ...]:
    """A warning if there are chambers that powder cannot leave by a way as wide as the drain."""
    if not powder.left.chambers:
        return ()
    return (
        f"{powder.left.chambers} chambers have no way out {drain_um:g} µm wide (their middles hold"
        f" {powder.left.core_mm3:.1f} mm³): look where powder could stay",
    )


def _write_part(desk: Desk, mesh: LayeredMesh) -> None:
    case = desk.case.case
    desk.progress("writing STL", 0.85)
    write_stl(desk.new(IMPLANT), mesh)
    desk.progress("writing 3MF", 0.9)
    title = f"Hemipelvic endoprosthesis {case.code} {case.side.letter}"
    told = {"Title": title, "Application": f"hemipelvis {__version__}", "CaseCode": case.code, "Side": case.side.value}
    number, revision = desk.case.export.part_number, desk.case.export.revision
    told |= {"Revision": revision} if revision else {}
    outer, room, frame = (
        read_stl(desk.path(ENVELOPE)),
        machine(desk.case.export.machine).build_mm,
        read_landmarks(desk).frame(),
    )
    pose = best_pose(outer, room)
    picture = thumbnail(outer, np.array([frame.world_direction(axis) for axis in np.eye(3)]))
    write_3mf(
        desk.new(IMPLANT_3MF), mesh, title, told, number, Placement(pose.rotation, pose.shift(outer, room)), picture
    )


def trial(desk: Desk) -> None:
    """The stereolithography trial model."""
    envelope, settings = read_volume(desk.path(ENVELOPE_FIELD)), desk.case.export
    made = trial_model(envelope, settings, read_mark(desk.workspace.root), _keep_off(desk))
    if made.solid_mm3 > NOTED_MM3:
        desk.warnings.append(
            f"{made.solid_mm3 / 1000:.1f} cm³ within the trial model stay solid: no drain of"
            f" {settings.trial_drain_mm:g} mm may stand over them"
        )
    write_stl(desk.new(TRIAL), made.mesh)
    facts = {"wall_mm": settings.trial_wall_mm, "drains": made.drains, "volume_mm3": made.mesh.volume_mm3}
    desk.new(TRIAL_FACTS).write_text(dumps(facts), encoding="utf-8")


def read_mark(run: Path) -> Engraving | None:
    """What is engraved in a run's parts."""
    stated = load(run / LATTICE)["engraving"]
    return None if stated is None else from_json(Engraving, stated)


def check(desk: Desk) -> None:
    """Every check by name."""
    desk.progress("reading the part", 0.0)
    parts = {name: read_stl(desk.path(path)) for name, path in PARTS.items()}
    facts = load(desk.path(LATTICE))
    checks = gather_checks(
        parts, load(desk.path(BODY)), facts["calibration"], desk.case.lattice, read_screws(desk),
        desk.case.screws, read_landmarks(desk), desk.case.case.side, machine(desk.case.export.machine), desk.progress,
    )  # fmt: skip
    desk.progress("looking at the build", 0.9)
    printer, envelope = machine(desk.case.export.machine), read_volume(desk.path(ENVELOPE_FIELD))
    build = build_check(
        parts["envelope"], envelope, read_volume(desk.path(SOLID_FIELD)), facts["measures"]["volume_mm3"], printer,
        facts["counts"]["trapping_chambers"],
    )  # fmt: skip
    desk.new(BUILD).write_text(dumps(build), encoding="utf-8")
    checks += (*wall_checks(build, printer), *_mark_checks(desk, parts["implant"]))
    rows = {c.name: {"value": c.value, "limit": c.limit, "pass": c.passed, "note": c.note} for c in checks}
    desk.new(CHECKS).write_text(dumps(rows), encoding="utf-8")


def _mark_checks(desk: Desk, implant: Mesh) -> tuple[Check, ...]:
    if not desk.case.export.engrave:
        return ()
    engraved = read_mark(desk.workspace.root)
    if engraved is None:
        return (equals("engraved: side", "nothing", desk.case.case.side.letter),)
    depth = measured_depth(engraved, implant.vertices, read_volume(desk.path(ENVELOPE_FIELD)))
    text = " / ".join(engraved.lines)
    return (
        equals("engraved: side", engraved.lines[0][0], desk.case.case.side.letter, text),
        at_least("engraved: height of letters", engraved.letter_mm, LEAST_MM, "mm", text),
        at_least("engraved: depth found in the mesh", depth, 0.6 * engraved.depth_mm, "mm", text),
    )


def read_checks(desk: Desk) -> tuple[Check, ...]:
    """The checks of a run."""
    rows = load(desk.path(CHECKS)).items()
    return tuple(Check(name, r["value"], r["limit"], r["pass"], r["note"]) for name, r in rows)


def handoff(desk: Desk) -> None:
    """Copy what the build desk needs and seal it."""
    printer, checks = machine(desk.case.export.machine), read_checks(desk)
    models = [bone_surface(desk, label) for label in BONES if label is not Label.LUMBAR]
    bones = [p.relative_to(desk.workspace.root).as_posix() for p in models if p is not None]
    for name in (IMPLANT, IMPLANT_3MF, SOLID, TRIAL, CHECKS, BUILD, "report/index.html", *bones):
        target = "report.html" if name.startswith("report/") else name.rsplit("/", 1)[-1]
        target = f"bones/{target}" if name in bones else target
        desk.progress(f"copying {target}", 0.0)
        shutil.copyfile(desk.path(name), desk.new(f"handoff/{target}"))
    text = README.format(
        **_case_words(desk), version=__version__, material=printer.material, machine=printer.name,
        failed=sum(not c.passed for c in checks), total=len(checks), **_build_words(desk),
    )  # fmt: skip
    desk.new("handoff/README.txt").write_text(text, encoding="utf-8")
    desk.new(f"handoff/{SUMS}").write_text(checksums(desk.scratch / "handoff"), encoding="utf-8")


def _build_words(desk: Desk) -> dict[str, str]:
    """Mark, pose, height and mass as text."""
    build, mark, trial = load(desk.path(BUILD)), read_mark(desk.workspace.root), load(desk.path(TRIAL_FACTS))
    hollow = (
        "" if trial["wall_mm"] is None else f"hollow, wall {trial['wall_mm']:g} mm, {len(trial['drains'])} drain holes"
    )
    size = " × ".join(f"{s:.1f}" for s in build["pose_size_mm"])
    return {
        "mark": " / ".join(mark.lines) if mark else "none: mark the part by other means",
        "trial": hollow or "solid",
        "size": size, "margin": f"{build['margin_mm']:.1f}", "mass": f"{build['mass_g']:.0f}",
        "layers": " to ".join(str(n) for n in sorted(build["layers"])),
        "chambers": str(build["chambers_powder_cannot_leave"]),
    }  # fmt: skip


def _case_words(desk: Desk) -> dict[str, str]:
    """Code, side and resection as text."""
    case = desk.case.case
    return {"code": case.code, "side": case.side.value, "resection": case.resection}


STAGES = (
    Stage(
        "body", "Build the body", body, ("hardware", "landmarks", "cup", "interfaces", "screws"),
        lambda c: settings_of(c, "body"), _shape_files, packages=("design",),
    ),
    Stage("lattice", "Fill it with the lattice", lattice, ("body", "cup", "interfaces", "screws", "landmarks"),
          lambda c: [*settings_of(c, "lattice", "export"), c.case.code], packages=("lattice", "export")),
    Stage("trial", "Make the trial model", trial, ("body", "lattice", "cup", "interfaces", "screws", "landmarks"),
          lambda c: settings_of(c, "export"), packages=("export",)),
    Stage("check", "Check the part", check, ("body", "lattice", "trial", "screws", "landmarks"),
          lambda c: settings_of(c, "screws", "export", "lattice"), packages=("export",)),
)  # fmt: skip
HANDOFF = Stage(
    "handoff", "Pack for build preparation", handoff, ("lattice", "trial", "check", "report", "surfaces"),
    lambda c: settings_of(c, "export"), packages=("export",),
)  # fmt: skip
