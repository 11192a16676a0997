"""Wiring of the report: pictures and tables from the finished files."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from hemipelvis import __version__
from hemipelvis.artefacts import StageRecord
from hemipelvis.design.measure import OBJECT_DETECTOR_MM, SOURCE_IMAGE_MM
from hemipelvis.design.radiograph import radiograph
from hemipelvis.export import report_sections as tables
from hemipelvis.export.contact_places import contact_places
from hemipelvis.export.dense_surface import dense_surface
from hemipelvis.export.guessed import guessed_surface, with_guesses
from hemipelvis.export.live_scene import LiveLayer, live_scene
from hemipelvis.export.radiograph_picture import radiograph_picture
from hemipelvis.export.reaming_picture import reaming_picture
from hemipelvis.export.rendering import HOW_TO, can_render
from hemipelvis.export.report import Front, Picture, SectionOfReport, report_html
from hemipelvis.export.report_front import legend, summary, to_confirm
from hemipelvis.export.scene import VIEWS, Layer, picture
from hemipelvis.export.section_picture import section_picture
from hemipelvis.export.slice_picture import PLANES, slice_picture
from hemipelvis.export.slice_stack import slice_stack
from hemipelvis.field import cylinder
from hemipelvis.isosurface import isosurface
from hemipelvis.jsonable import from_json, load
from hemipelvis.labels import BONES, Label
from hemipelvis.mesh import Mesh, read_stl
from hemipelvis.pipeline import Desk, Stage
from hemipelvis.plan import Screw
from hemipelvis.stages_image import CT, LABEL_CONFIDENCE, LABELS, MAR, bone_surface, read_hardware, settings_of
from hemipelvis.stages_part import BODY, BUILD, ENVELOPE, ENVELOPE_FIELD, LATTICE, SOLID, SOLID_FIELD, read_checks
from hemipelvis.stages_plan import (
    MEASUREMENTS,
    SCREW_PLAN,
    read_cup,
    read_interfaces,
    read_landmarks,
    read_screws,
)
from hemipelvis.volume import Volume, read_volume

BONE, OLD, INTACT, BROKEN, IMPLANT, NEW, SCLEROTIC, GUESS = (
    "#e8dcc0", "#8c96a3", "#5b6b7d", "#d32f2f", "#6f9fd8", "#2e9e5b", "#b0561e", "#9a5fd0",
)  # fmt: skip
CLOSE_MM = 60.0
GUESSES = (
    "Violet: bone that is a guess (in the slices: outlined in white), for metal hides it: its label is right in less "
    "than nine of ten voxels."
)
FOUR_SIDES = ("anterior", "posterior", "left", "right")
DONE_BEFORE = ("intake", "reduce", "bones", "hardware", "surfaces", "landmarks", "cup", "interfaces", "screws", "body",
               "lattice", "trial", "check")  # fmt: skip


def report(desk: Desk) -> None:
    """One self-contained page."""
    case = desk.case.case
    header = {"code": case.code, "side": case.side.value, "resection": case.resection, "version": __version__}
    if not can_render():
        desk.warnings.append(f"the report has no 3-D pictures: {HOW_TO}")
    sections = tuple(_sections(desk))
    page = report_html(header, _warnings(desk), read_checks(desk), sections, _front(desk))
    desk.new("report/index.html").write_text(page, encoding="utf-8")


def _front(desk: Desk) -> Front:
    hardware, cup, screws, faces = read_hardware(desk), read_cup(desk), read_screws(desk), read_interfaces(desk)
    side = desk.case.case.side
    desk.progress("packing the 3-D view", 0.9)
    scene = live_scene(live_layers(desk), read_landmarks(desk).frame(), side)
    desk.progress("packing the CT", 0.95)
    ct, mar, labels, envelope = (read_volume(desk.path(name)) for name in (CT, MAR, LABELS, ENVELOPE_FIELD))
    return Front(
        summary(load(desk.path(MEASUREMENTS)), hardware, cup, screws, load(desk.path(BUILD))),
        to_confirm(side, hardware, cup, screws, faces), scene,
        slice_stack(ct, mar, _marked(desk, labels), envelope, screws), legend(),
    )  # fmt: skip


def live_layers(desk: Desk) -> list[LiveLayer]:
    """Everything to turn, show and hide: bones, old hardware, implant, screws, reamed faces."""

    def of(name: str, files: Sequence[str], colour: str, opacity: float = 1.0, shown: bool = True) -> list[LiveLayer]:
        there = tuple(read_stl(desk.path(f)) for f in files if desk.path(f).exists())
        return [LiveLayer(name, there, colour, opacity, shown)] if there else []

    bones = {Label.SACRUM: "sacrum", Label.HIP_RIGHT: "right hip", Label.HIP_LEFT: "left hip"}
    femora = [f"segmentation/femur_{s}.stl" for s in ("right", "left")]
    screws = tuple(_screw_mesh(s) for s in read_screws(desk))
    return [
        *(
            layer
            for label, name in bones.items()
            for layer in of(name, [f"segmentation/{label.name.lower()}.stl"], BONE, 0.55)
        ),
        *of("femora", femora, BONE, 0.35, False),
        *of("lumbar spine", ["segmentation/lumbar.stl"], BONE, 0.35, False),
        *of("implant (outer form)", [ENVELOPE], IMPLANT),
        *of("its solid parts", [SOLID], "#34557f", 1.0, False),
        *([LiveLayer("new screws", screws, NEW)] if screws else []),
        *of("old endoprosthesis", ["segmentation/endoprosthesis.stl"], OLD, 1.0, False),
        *of("old screws, intact", ["segmentation/screws_intact.stl"], INTACT, 1.0, False),
        *of("old screws, broken", ["segmentation/screws_broken.stl"], BROKEN),
    ]


def _warnings(desk: Desk) -> list[dict[str, str]]:
    records = [r for r in map(desk.workspace.record, DONE_BEFORE) if isinstance(r, StageRecord)]
    rows = [{"stage": r.stage, "text": w} for r in records for w in r.warnings]
    return rows + [{"stage": "report", "text": w} for w in desk.warnings]


def _sections(desk: Desk) -> Iterator[SectionOfReport]:
    yield _views_section("Before: bone and old hardware", desk, _before(desk), 0.0)
    yield _bones_section(desk)
    yield tables.old_hardware(read_hardware(desk))
    yield _radiograph_section(desk)
    yield tables.measures(load(desk.path(MEASUREMENTS)), desk.case.case.side)
    yield tables.cup(read_cup(desk))
    yield _views_section("After: implant and new screws", desk, _after(desk), 0.4)
    runners_up = {k: from_json(Screw, v) for k, v in load(desk.path(SCREW_PLAN))["runners_up"].items()}
    yield tables.screws(read_screws(desk), runners_up)
    maps = [(face.host, reaming_picture(face, desk.case.case.side)) for face in read_interfaces(desk)]
    shown = [Picture(f"{host}, depth to ream", image) for host, image in maps if image is not None]
    yield replace(tables.interfaces(read_interfaces(desk)), pictures=shown)
    yield replace(tables.figures("Body", load(desk.path(BODY))), pictures=list(_cut_open(desk)), columns=2)
    made = load(desk.path(LATTICE))
    yield tables.figures("Lattice", {**made["calibration"], **made["counts"], **made["measures"]})
    yield tables.figures("Build", load(desk.path(BUILD)))
    yield _slices_section(desk)


def _cut_open(desk: Desk) -> Iterator[Picture]:
    """The body along the mirrored arcuate line, cut upright and flat."""
    marks, side = read_landmarks(desk), desk.case.case.side
    envelope, solid, labels = (read_volume(desk.path(name)) for name in (ENVELOPE_FIELD, SOLID_FIELD, LABELS))
    for name, across in (("upright", (0.0, 0.0, 1.0)), ("flat", (-float(side.sign), 0.0, 0.0))):
        image = section_picture(
            envelope, solid, labels, marks.arcuate(side), marks.frame().world_direction(across), side
        )
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


def _bones_section(desk: Desk) -> SectionOfReport:
    """Each bone from four sides, sclerotic bone in its own colour."""
    title, level = "Bones from four sides", desk.case.segmentation.sclerotic_hu
    if not can_render():
        return SectionOfReport(title, f"No pictures: {HOW_TO}.")
    frame, side, mar = read_landmarks(desk).frame(), desk.case.case.side, read_volume(desk.path(MAR))
    confidence, pictures = read_volume(desk.path(LABEL_CONFIDENCE)), []
    for label in BONES:
        path = bone_surface(desk, label)
        if path is None or label is Label.LUMBAR:
            continue
        sure, guess = guessed_surface(read_stl(path), confidence)
        parts = (*dense_surface(sure, mar, level, desk.case.mar.metal_hu), guess)
        layers = [Layer(m, c) for m, c in zip(parts, (BONE, SCLEROTIC, GUESS), strict=True) if m.face_count]
        name = label.name.lower().replace("_", " ")
        pictures += [Picture(f"{name}, {view}", picture(layers, frame, view, side)) for view in FOUR_SIDES]
    text = (
        f"Brown: {level:.0f} HU or more all of 3 to 5 mm beneath the surface (sclerotic); metal is left out. " + GUESSES
    )
    return SectionOfReport(title, text, (), pictures, columns=len(FOUR_SIDES))


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
    return SectionOfReport("AP radiograph", text, (), pictures, columns=2)


def _slices_section(desk: Desk) -> SectionOfReport:
    ct, mar, plain = (read_volume(desk.path(name)) for name in (CT, MAR, LABELS))
    labels = _marked(desk, plain)
    marks, side = read_landmarks(desk), desk.case.case.side
    places = {
        "sacral interface": next((i.point for i in read_interfaces(desk) if i.host == "sacrum"), marks.points["SP"]),
        "intact hip": marks.paired("hip_centre", side.other),
        "planned cup": read_cup(desk).centre,
    }
    pictures = [
        Picture(f"{place}, {plane}, {name}", slice_picture(volume, labels, at, plane, side), True)
        for place, at in places.items()
        for plane in PLANES
        for name, volume in (("CT", ct), ("artefacts reduced", mar))
    ]
    for place, at in contact_places(plain, side.other).items():
        near, outlines = (v.crop(at - CLOSE_MM, at + CLOSE_MM) for v in (mar, labels))
        pictures += [
            Picture(f"{place}, {plane}", slice_picture(near, outlines, at, plane, side), True) for plane in PLANES
        ]
    return SectionOfReport("CT with the outlines of the labels", "", (), pictures, columns=2)


def _marked(desk: Desk, labels: Volume) -> Volume:
    """The labels, bone that is a guess marked as such."""
    return with_guesses(labels, read_volume(desk.path(LABEL_CONFIDENCE)))


STAGE = Stage(
    "report", "Write the report", report,
    ("intake", "reduce", "bones", "hardware", "surfaces", "landmarks", "cup", "interfaces", "screws", "body", "lattice",
     "check"),
    lambda c: [*settings_of(c), c.case.code, c.segmentation.sclerotic_hu, c.mar.metal_hu],
    packages=("export", "design"),
)  # fmt: skip
