"""Wiring of the report: pictures and tables from the finished files."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from hemipelvis import __version__
from hemipelvis.artefacts import StageRecord
from hemipelvis.design.measure import OBJECT_DETECTOR_MM, SOURCE_IMAGE_MM
from hemipelvis.design.radiograph import radiograph
from hemipelvis.export import report_sections as tables
from hemipelvis.export.radiograph_picture import radiograph_picture
from hemipelvis.export.reaming_picture import reaming_picture
from hemipelvis.export.rendering import HOW_TO, can_render
from hemipelvis.export.report import Picture, SectionOfReport, report_html
from hemipelvis.export.scene import VIEWS, Layer, picture
from hemipelvis.export.section_picture import section_picture
from hemipelvis.export.slice_picture import PLANES, slice_picture
from hemipelvis.field import cylinder
from hemipelvis.isosurface import isosurface
from hemipelvis.jsonable import from_json, load
from hemipelvis.labels import BONES, Label
from hemipelvis.mesh import Mesh, read_stl
from hemipelvis.pipeline import Desk, Stage
from hemipelvis.plan import Screw
from hemipelvis.stages_image import CT, LABELS, MAR, bone_surface, read_hardware, settings_of
from hemipelvis.stages_part import BODY, ENVELOPE, ENVELOPE_FIELD, LATTICE, SOLID, SOLID_FIELD, read_checks
from hemipelvis.stages_plan import (
    MEASUREMENTS,
    SCREW_PLAN,
    read_cup,
    read_interfaces,
    read_landmarks,
    read_screws,
)
from hemipelvis.volume import read_volume

BONE, OLD, INTACT, BROKEN, IMPLANT, NEW = (
    "#e8dcc0", "#8c96a3", "#5b6b7d", "#d32f2f", "#6f9fd8", "#2e9e5b",
)  # fmt: skip
DONE_BEFORE = ("intake", "reduce", "bones", "hardware", "surfaces", "landmarks", "cup", "interfaces", "screws", "body",
               "lattice", "trial", "check")  # fmt: skip


def report(desk: Desk) -> None:
    """One self-contained page."""
    case = desk.case.case
    header = {"code": case.code, "side": case.side.value, "resection": case.resection, "version": __version__}
    if not can_render():
        desk.warnings.append(f"the report has no 3-D pictures: {HOW_TO}")
    sections = tuple(_sections(desk))
    page = report_html(header, _warnings(desk), read_checks(desk), sections)
    desk.new("report/index.html").write_text(page, encoding="utf-8")


def _warnings(desk: Desk) -> list[dict[str, str]]:
    records = [r for r in map(desk.workspace.record, DONE_BEFORE) if isinstance(r, StageRecord)]
    rows = [{"stage": r.stage, "text": w} for r in records for w in r.warnings]
    return rows + [{"stage": "report", "text": w} for w in desk.warnings]


def _sections(desk: Desk) -> Iterator[SectionOfReport]:
    yield _views_section("Before: bone and old hardware", desk, _before(desk), 0.0)
    yield tables.old_hardware(read_hardware(desk))
    yield _radiograph_section(desk)
    yield tables.measures(load(desk.path(MEASUREMENTS)), desk.case.case.side)
    yield tables.cup(read_cup(desk))
    yield _views_section("After: implant and new screws", desk, _after(desk), 0.4)
    runners_up = {k: from_json(Screw, v) for k, v in load(desk.path(SCREW_PLAN))["runners_up"].items()}
    yield tables.screws(read_screws(desk), runners_up)
    maps = [(face.host, reaming_picture(face)) for face in read_interfaces(desk)]
    shown = [Picture(f"{host}, depth to ream", image) for host, image in maps if image is not None]
    yield replace(tables.interfaces(read_interfaces(desk)), pictures=shown)
    yield replace(tables.figures("Body", load(desk.path(BODY))), pictures=list(_cut_open(desk)))
    made = load(desk.path(LATTICE))
    yield tables.figures("Lattice", {**made["calibration"], **made["counts"], **made["measures"]})
    yield _slices_section(desk)


def _cut_open(desk: Desk) -> Iterator[Picture]:
    """The body along the mirrored arcuate line, cut upright and flat."""
    marks, side = read_landmarks(desk), desk.case.case.side
    envelope, solid, labels = (read_volume(desk.path(name)) for name in (ENVELOPE_FIELD, SOLID_FIELD, LABELS))
    for name, across in (("upright", (0.0, 0.0, 1.0)), ("flat", (-float(side.sign), 0.0, 0.0))):
        image = section_picture(envelope, solid, labels, marks.arcuate(side), marks.frame().world_direction(across))
        yield Picture(f"Section along the arcuate line, {name}: dark solid, light porous, beige bone", image)


def _views_section(title: str, desk: Desk, layers: list[Layer], start: float) -> SectionOfReport:
    if not can_render():
        return SectionOfReport(title, f"No pictures: {HOW_TO}.")
    frame, side = read_landmarks(desk).frame(), desk.case.case.side
    pictures = []
    for number, view in enumerate(VIEWS):
        desk.progress(f"drawing the {view} view", start + 0.4 * number / len(VIEWS))
        pictures.append(Picture(f"{title}, {view}", picture(layers, frame, view, side)))
    return SectionOfReport(title, "", (), pictures)


def _bones(desk: Desk, opacity: float) -> list[Layer]:
    paths = [bone_surface(desk, label) for label in BONES if label is not Label.LUMBAR]
    return [Layer(read_stl(p), BONE, opacity) for p in paths if p is not None]


def _before(desk: Desk) -> list[Layer]:
    old = [("endoprosthesis", OLD), ("screws_intact", INTACT), ("screws_broken", BROKEN)]
    found = [(desk.path(f"segmentation/{name}.stl"), colour) for name, colour in old]
    return [*_bones(desk, 0.55), *(Layer(read_stl(p), colour) for p, colour in found if p.exists())]


def _after(desk: Desk) -> list[Layer]:
    parts = [Layer(read_stl(desk.path(ENVELOPE)), IMPLANT, 0.85), Layer(read_stl(desk.path(SOLID)), "#34557f")]
    broken = desk.path("segmentation/screws_broken.stl")
    stays = [Layer(read_stl(broken), BROKEN)] if broken.exists() else []
    return [*_bones(desk, 0.45), *parts, *stays, *(Layer(_screw_mesh(s), NEW) for s in read_screws(desk))]


def _screw_mesh(screw: Screw) -> Mesh:
    radius = screw.diameter_mm / 2
    corners = np.array([screw.entry, screw.tip])
    rod = cylinder(screw.entry, screw.tip, radius)
    return isosurface(rod.sampled(corners.min(axis=0) - radius - 1, corners.max(axis=0) + radius + 1, 0.6))


def _radiograph_section(desk: Desk) -> SectionOfReport:
    """The AP view by parallel rays and from a point source, each with the figures measured in it."""
    marks, side, ct = read_landmarks(desk), desk.case.case.side, read_volume(desk.path(CT))
    now, planned = load(desk.path(MEASUREMENTS))["now"], read_cup(desk).centre
    aim = (marks.paired("hip_centre", side) + marks.paired("hip_centre", side.other)) / 2
    pictures = []
    for name, key in (("orthographic", "projected"), ("perspective", "perspective")):
        drr = radiograph(ct, key == "perspective", aim)
        title = f"AP view (DRR, {name})"
        image = radiograph_picture(
            drr.image,
            drr.geometry.pixel_mm,
            drr.pixel_from_world,
            marks,
            side,
            planned,
            drr.geometry.magnification(float(aim[1])),
            now[key],
            title,
        )
        pictures.append(Picture(title, image, full_colour=True))
    magnified = SOURCE_IMAGE_MM / (SOURCE_IMAGE_MM - OBJECT_DETECTOR_MM)
    text = (
        "Red: affected, blue: other side, yellow: symmetry axis and inter-ischial line, green: planned centre. "
        f"Perspective: source {SOURCE_IMAGE_MM:.0f} mm before the detector, the hips {OBJECT_DETECTOR_MM:.0f} mm "
        f"before it, magnification {magnified:.3f}, divided out of its figures."
    )
    return SectionOfReport("AP radiograph", text, (), pictures)


def _slices_section(desk: Desk) -> SectionOfReport:
    ct, mar, labels = (read_volume(desk.path(name)) for name in (CT, MAR, LABELS))
    marks, side = read_landmarks(desk), desk.case.case.side
    places = {
        "sacral interface": next((i.point for i in read_interfaces(desk) if i.host == "sacrum"), marks.points["SP"]),
        "intact hip": marks.paired("hip_centre", side.other),
        "planned cup": read_cup(desk).centre,
    }
    pictures = [
        Picture(f"{place}, {plane}, {name}", slice_picture(volume, labels, at, plane), True)
        for place, at in places.items()
        for plane in PLANES
        for name, volume in (("CT", ct), ("artefacts reduced", mar))
    ]
    return SectionOfReport("CT with the outlines of the labels", "", (), pictures)


STAGE = Stage(
    "report", "Write the report", report,
    ("intake", "reduce", "hardware", "surfaces", "landmarks", "cup", "interfaces", "screws", "body", "lattice",
     "check"),
    lambda c: [*settings_of(c), c.case.code], packages=("export", "design"),
)  # fmt: skip
