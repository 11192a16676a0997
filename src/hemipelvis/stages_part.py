"""Wiring, last third: the body, the lattice, the print part, its checks, the report and the hand-off."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from hemipelvis import __version__
from hemipelvis.design.build_body import build_body
from hemipelvis.export.check import Check
from hemipelvis.export.gather_checks import gather_checks
from hemipelvis.export.handoff import README, checksums
from hemipelvis.export.machine import machine
from hemipelvis.export.review import SUMS
from hemipelvis.export.threemf import write_3mf
from hemipelvis.export.trial_model import trial_model
from hemipelvis.isosurface import isosurface
from hemipelvis.jsonable import dumps, load
from hemipelvis.lattice.calibrate import Calibration, calibrate
from hemipelvis.lattice.mesh_part import mesh_part
from hemipelvis.lattice.part_field import part_field
from hemipelvis.lattice.preview import preview
from hemipelvis.lattice.trapped_powder import trapped_powder
from hemipelvis.layered_mesh import LayeredMesh
from hemipelvis.mesh import read_stl, write_stl
from hemipelvis.nrrd import write_nrrd
from hemipelvis.pipeline import Desk, Stage
from hemipelvis.progress import part
from hemipelvis.settings import Case
from hemipelvis.shells import outer_shell
from hemipelvis.stages_image import LABELS, settings_of
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
PREVIEW, CHECKS = "implant/preview.stl", "checks.json"
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
    envelope, solid = read_volume(desk.path(ENVELOPE_FIELD)), read_volume(desk.path(SOLID_FIELD))
    with TemporaryDirectory(dir=desk.scratch) as folder:
        made = mesh_part(envelope, solid, calibration, desk.case.lattice, Path(folder), part(desk.progress, 0, 0.7))
        desk.warnings.extend((*calibration.warnings, *made.warnings))
        _write_part(desk, made.mesh)
    write_stl(desk.new(PREVIEW), preview(envelope))
    counts = {**made.counts, "trapping_chambers": _trapped(desk, envelope, solid, calibration)}
    facts = {"calibration": calibration, "counts": counts, "measures": made.measures}
    desk.new(LATTICE).write_text(dumps(facts), encoding="utf-8")


def _trapped(desk: Desk, envelope: Volume, solid: Volume, calibration: Calibration) -> int:
    """Number of chambers that powder cannot leave by a way as wide as the drain; a warning if there are any."""
    settings = desk.case.lattice
    field = part_field(envelope, solid, calibration, settings, exact=True)
    found = trapped_powder(field, settings.drain_um / 1000, part(desk.progress, 0.85, 1))
    if found.chambers:
        desk.warnings.append(
            f"{found.chambers} chambers have no way out {settings.drain_um:g} µm wide (their middles hold"
            f" {found.core_mm3:.1f} mm³; those wholly sealed are filled): look where powder could stay"
        )
    return found.chambers


def _write_part(desk: Desk, mesh: LayeredMesh) -> None:
    case = desk.case.case
    desk.progress("writing STL", 0.75)
    write_stl(desk.new(IMPLANT), mesh)
    desk.progress("writing 3MF", 0.8)
    title = f"Hemipelvic endoprosthesis {case.code} {case.side.letter}"
    write_3mf(desk.new(IMPLANT_3MF), mesh, title, {"Title": title, "Application": f"hemipelvis {__version__}"})


def trial(desk: Desk) -> None:
    """The stereolithography trial model."""
    write_stl(desk.new(TRIAL), trial_model(read_volume(desk.path(ENVELOPE_FIELD))))


def check(desk: Desk) -> None:
    """Every check by name."""
    desk.progress("reading the part", 0.0)
    parts = {name: read_stl(desk.path(path)) for name, path in PARTS.items()}
    checks = gather_checks(
        parts, load(desk.path(BODY)), load(desk.path(LATTICE))["calibration"], desk.case.lattice, read_screws(desk),
        desk.case.screws, read_landmarks(desk), desk.case.case.side, machine(desk.case.export.machine), desk.progress,
    )  # fmt: skip
    rows = {c.name: {"value": c.value, "limit": c.limit, "pass": c.passed, "note": c.note} for c in checks}
    desk.new(CHECKS).write_text(dumps(rows), encoding="utf-8")


def read_checks(desk: Desk) -> tuple[Check, ...]:
    """The checks of a run."""
    rows = load(desk.path(CHECKS)).items()
    return tuple(Check(name, r["value"], r["limit"], r["pass"], r["note"]) for name, r in rows)


def handoff(desk: Desk) -> None:
    """Copy what the build desk needs and seal it."""
    printer, checks = machine(desk.case.export.machine), read_checks(desk)
    for name in (IMPLANT, IMPLANT_3MF, TRIAL, CHECKS, "report/index.html"):
        target = "report.html" if name.startswith("report/") else name.rsplit("/", 1)[-1]
        desk.progress(f"copying {target}", 0.0)
        shutil.copyfile(desk.path(name), desk.new(f"handoff/{target}"))
    text = README.format(
        **_case_words(desk), version=__version__, material=printer.material, machine=printer.name,
        failed=sum(not c.passed for c in checks), total=len(checks),
    )  # fmt: skip
    desk.new("handoff/README.txt").write_text(text, encoding="utf-8")
    desk.new(f"handoff/{SUMS}").write_text(checksums(desk.scratch / "handoff"), encoding="utf-8")


def _case_words(desk: Desk) -> dict[str, str]:
    """Code, side and resection as text."""
    case = desk.case.case
    return {"code": case.code, "side": case.side.value, "resection": case.resection}


STAGES = (
    Stage(
        "body", "Build the body", body, ("hardware", "landmarks", "cup", "interfaces", "screws"),
        lambda c: settings_of(c, "body"), _shape_files, packages=("design",),
    ),
    Stage("lattice", "Fill it with the lattice", lattice, ("body",), lambda c: settings_of(c, "lattice"),
          packages=("lattice", "export")),
    Stage("trial", "Make the trial model", trial, ("body",), packages=("export",)),
    Stage("check", "Check the part", check, ("body", "lattice", "trial", "screws", "landmarks"),
          lambda c: settings_of(c, "screws", "export", "lattice"), packages=("export",)),
)  # fmt: skip
HANDOFF = Stage(
    "handoff", "Pack for build preparation", handoff, ("lattice", "trial", "check", "report"),
    lambda c: settings_of(c, "export"), packages=("export",),
)  # fmt: skip
