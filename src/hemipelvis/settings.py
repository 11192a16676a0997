"""What an engineer may state in `case.toml`, section by section. Everything not stated has the default here.

Each stage takes its own section as its parameters. Units stand in the names.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hemipelvis.frames import Side

Xyz = tuple[float, float, float]
Millimetres = Annotated[float, Field(ge=0, le=200)]
BoneName = Literal["sacrum", "hip_right", "hip_left", "femur_right", "femur_left", "lumbar"]
Degrees = Annotated[float, Field(ge=-180, le=180)]


class Section(BaseModel):
    """A frozen section of the case file: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class PatientSettings(Section):
    """[case]: who and what. `code` names the case everywhere outside the CT folder; never a patient's name."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
    side: Side
    resection: Literal["I+II", "I+II+III"]


class CtSettings(Section):
    """[ct]: where the scan is (a DICOM folder, a DICOMDIR, or a NRRD/NIfTI/MetaImage file), and which series of
    several: its UID, description, number, or the key that the list of them shows.
    """

    path: Path
    series: str | None = None


class MarSettings(Section):
    """[mar]: metal-artefact reduction. `li` interpolates the metal trace linearly, `nmar` over a normalising prior,
    `fsnmar` takes edges near metal from the scan, `fused` finds the prior's bone in what rays through metal still show.
    """

    method: Literal["none", "li", "nmar", "fsnmar", "fused"] = "fused"
    metal_hu: Annotated[float, Field(ge=1500, le=20000)] = 2200.0


class SegmentationSettings(Section):
    """[segmentation]: label maps from elsewhere to use instead, and thresholds.

    labels: a NRRD, .seg.nrrd, NIfTI, MetaImage or DICOM-SEG file, or a folder with a mask per bone. label_names says
    which segment (name or number) is which bone where the names do not; label_numbers the numbering of a map without
    names. labels_for: take only these bones from it (none stated: all), and find the others here. method: who finds
    them, "totalsegmentator" where that is installed.
    """

    labels: Path | None = None
    label_names: dict[str, BoneName] = {}
    label_numbers: Literal["hemipelvis", "totalsegmentator v1", "totalsegmentator v2"] = "hemipelvis"
    labels_for: tuple[BoneName, ...] = ()
    method: Literal["hemipelvis", "totalsegmentator"] = "hemipelvis"
    bone_hu: Annotated[float, Field(ge=50, le=600)] = 200.0
    sclerotic_hu: Annotated[float, Field(ge=300, le=2000)] = 700.0


class OldScrewEdit(Section):
    """[[old_screws.edit]]: what the engineer knows better of one old screw, by its id in the uncorrected run.

    merge_with: the id of the screw that is really the tip of this one; split_at: a point (LPS mm) on the axis where
    this one is really two.
    """

    id: int
    broken: bool | None = None
    drop: bool = False
    merge_with: int | None = None
    split_at: Xyz | None = None

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Self:
        if self.drop + (self.merge_with is not None) + (self.split_at is not None) > 1:
            raise ValueError("one of drop, merge_with and split_at in one edit")
        return self


class OldScrewAdd(Section):
    """[[old_screws.add]]: an old screw that was not found, from its head to its tip (LPS mm) as it lies now."""

    head: Xyz
    tip: Xyz
    diameter_mm: Annotated[float, Field(gt=1, le=12)]
    host: Literal["sacrum", "pubis", "ischium", "ilium", "none"]
    broken: bool = False


class OldScrewSettings(Section):
    """[old_screws]: corrections to the old hardware found."""

    edit: tuple[OldScrewEdit, ...] = ()
    add: tuple[OldScrewAdd, ...] = ()
    cup_centre: Xyz | None = None
    cup_opening: Xyz | None = None


class LandmarkSettings(Section):
    """[landmarks]: positions (LPS mm) the engineer sets, by name: `points.ASIS_L = [x, y, z]`."""

    points: dict[str, Xyz] = {}


class RadiographSettings(Section):
    """[radiograph]: an actual AP radiograph (DICOM CR/DX or PNG) to measure too, from points (column, row) in pixels.

    points: hip_centre_L, hip_centre_R, ischium_L, ischium_R, axis_upper, axis_lower. pixel_mm and magnification go
    before what the file's header says; a PNG needs both.
    """

    path: Path | None = None
    pixel_mm: Annotated[float, Field(gt=0.01, le=5)] | None = None
    magnification: Annotated[float, Field(ge=1, le=2)] | None = None
    points: dict[str, tuple[float, float]] = {}


class CupSettings(Section):
    """[cup]: the prescription. Angles by the stated definition (Murray 1993).

    reference: the coronal plane and vertical the angles refer to (the scanner's axes, or the anterior pelvic plane).
    """

    centre: Xyz | None = None
    anteversion_deg: Annotated[float, Field(ge=-30, le=60)] = 25.0
    inclination_deg: Annotated[float, Field(ge=10, le=80)] = 45.0
    definition: Literal["radiographic", "anatomical", "operative"] = "radiographic"
    reference: Literal["scanner", "anterior pelvic plane"] = "scanner"
    mantle_mm: Annotated[float, Field(ge=0.5, le=6)] = 2.0
    shell_mm: Annotated[float, Field(ge=2, le=10)] = 4.0
    liner_radius_mm: Annotated[float, Field(ge=16, le=36)] | None = None


class Shape(Section):
    """[[body.add]], [[body.cut]]: a ball (`radius_mm` about `at`), a round rod (from `at` to `to`), a box (`half_mm`
    along the scanner's axes about `at`) or a closed STL file (LPS mm).

    blend_mm: fillet, or the rounding of a cut. solid: an added shape is solid, not porous.
    """

    kind: Literal["ball", "rod", "box", "stl"]
    at: Xyz | None = None
    to: Xyz | None = None
    radius_mm: Annotated[float, Field(ge=1, le=60)] | None = None
    half_mm: Xyz | None = None
    path: Path | None = None
    blend_mm: Annotated[float, Field(ge=0, le=15)] = 3.0
    solid: bool = False

    @model_validator(mode="after")
    def _whole(self) -> "Shape":
        wanted = {"ball": ("at", "radius_mm"), "rod": ("at", "to", "radius_mm"), "box": ("at", "half_mm"),
                  "stl": ("path",)}[self.kind]  # fmt: skip
        missing = [name for name in wanted if getattr(self, name) is None]
        if missing:
            raise ValueError(f"a {self.kind} needs {' and '.join(missing)}")
        if self.half_mm is not None and not all(0.5 <= h <= 100 for h in self.half_mm):
            raise ValueError("half_mm must lie between 0.5 and 100")
        return self


class ContactPlane(Section):
    """[[body.contacts]]: a plane the engineer states for a host instead of the searched one; measured like it.

    normal: out of the bone; radius_mm and minor_radius_mm: half axes of its ellipse; major: long axis' direction.
    """

    host: Literal["sacrum", "pubis", "ischium"]
    point: Xyz
    normal: Xyz
    radius_mm: Annotated[float, Field(ge=3, le=40)]
    minor_radius_mm: Annotated[float, Field(ge=3, le=40)] | None = None
    major: Xyz | None = None

    @model_validator(mode="after")
    def _directed(self) -> "ContactPlane":
        if not any(self.normal):
            raise ValueError("normal must have a direction")
        if self.minor_radius_mm is not None and self.minor_radius_mm > self.radius_mm:
            raise ValueError("minor_radius_mm must not exceed radius_mm")
        return self


class BodySettings(Section):
    """[body]: sizes of the solid strut and the body around it, and what the engineer adds, cuts and states.

    edge_mm: least radius of convex edges away from the contacts; flaps thinner than twice that go. offset_mm: the
    body grown (or thinned, when negative) before bone, cup and screws are taken out. reach_mm: deepest reaming.
    porous_least_mm: porous layers thinner than this (about two cells of the default lattice) become solid.
    insertion: direction the implant is moved along into place. strut_points: the strut's axis runs through them.
    """

    pitch_mm: Annotated[float, Field(ge=0.25, le=2)] = 0.5
    strut_radius_mm: Annotated[float, Field(ge=3, le=12)] = 6.0
    body_radius_mm: Annotated[float, Field(ge=6, le=30)] = 13.0
    offset_mm: Annotated[float, Field(ge=-4, le=6)] = 0.0
    blend_mm: Annotated[float, Field(ge=2, le=20)] = 6.0
    edge_mm: Annotated[float, Field(ge=0.5, le=4)] = 2.0
    notch_skin_mm: Annotated[float, Field(ge=0.5, le=5)] = 1.0
    inner_skin: bool = False
    porous_least_mm: Annotated[float, Field(ge=0, le=6)] = 2.0
    bone_clearance_mm: Annotated[float, Field(ge=0, le=3)] = 0.0
    reach_mm: Annotated[float, Field(ge=1, le=20)] = 10.0
    insertion: Xyz | None = None
    pubic_end: Literal["pubis", "opposite pubis", "free"] | None = None
    strut_points: Annotated[tuple[Xyz, ...], Field(max_length=8)] = ()
    add: tuple[Shape, ...] = ()
    cut: tuple[Shape, ...] = ()
    contacts: tuple[ContactPlane, ...] = ()

    @property
    def solid_shapes(self) -> tuple[Shape, ...]:
        """The added shapes that are solid."""
        return tuple(s for s in self.add if s.solid)


class LatticeSettings(Section):
    """[lattice]: the porous part. pore_definition says what pore_um is the size of.

    depth_mm: how deep the lattice reaches below bone-facing and outer faces; what lies deeper is the `core` (absent:
    all is lattice). core_porosity: the one at grade_mm below the faces and deeper, passing evenly from `porosity`.
    print_growth_um: how much thicker the printer makes a strut than drawn (0: not compensated). drain_um: width that
    powder needs to run out. samples_per_cell: nodes on which cells at borders are meshed.
    """

    kind: Literal["network", "sheet"] = "network"
    pore_um: Annotated[float, Field(ge=200, le=2000)] = 600.0
    pore_definition: Literal["throat", "inscribed", "mean"] = "throat"
    porosity: Annotated[float, Field(ge=0.4, le=0.9)] = 0.70
    samples_per_cell: Annotated[int, Field(ge=4, le=24)] = 8
    overlap_mm: Annotated[float, Field(ge=0, le=2)] = 0.3
    depth_mm: Annotated[float, Field(ge=1, le=100)] | None = None
    core: Literal["lattice", "hollow", "solid"] = "lattice"
    core_porosity: Annotated[float, Field(ge=0.4, le=0.9)] | None = None
    grade_mm: Annotated[float, Field(ge=0.5, le=30)] = 5.0
    print_growth_um: Annotated[float, Field(ge=-100, le=250)] = 0.0
    drain_um: Annotated[float, Field(ge=50, le=2000)] = 400.0


class ExtraScrew(Section):
    """[[screws.add]]: a screw the engineer wants, checked like the others but never moved."""

    id: str
    host: Literal["sacrum", "pubis", "ischium"]
    entry: Xyz
    tip: Xyz
    diameter_mm: Annotated[float, Field(ge=2, le=12)] = 6.5


def own_file(source: str) -> Path | None:
    """The path of an engineer's own data file (*.json); None for the name of one that comes along."""
    return Path(source).expanduser() if source.endswith(".json") else None


class ScrewSettings(Section):
    """[screws]: how many, how thick, how far from everything they must miss.

    clearance_mm: edge to edge from old tunnels and from one another (no published margin exists: a house default).
    cortex_mm: least bone left around the thread; neural_mm: the same toward the sacral canal and foramina.
    sacral_thinner_mm: diameters taken as well where too few of sacral_diameter_mm fit (none: []).
    halo_mm: lucent halo to add to every old tunnel's radius. stand_off_mm: heads outside the cup (the
    sacrum's, others where too few fit from inside) off the interface; overhang_mm: most that they stand out past its
    edge (farther out, a boss is a spike on the body).
    head_sunk_mm: underside of the other heads below the surface of the cup's cavity. catalogue: the screws to be had,
    by name or as a *.json file of one's own (docs/screws.md). length_step_mm: between lengths, instead of the
    catalogue's (0: any). ischial: sought where the implant rests on the ischium. driver_mm: radius of driver and head
    on their way in, kept free of bone over driver_reach_mm.
    """

    sacral: Annotated[int, Field(ge=0, le=6)] = 3
    pubic: Annotated[int, Field(ge=0, le=3)] = 2
    ischial: Annotated[int, Field(ge=0, le=3)] = 1
    sacral_diameter_mm: Annotated[float, Field(ge=3, le=10)] = 6.5
    sacral_thinner_mm: tuple[float, ...] = (5.0, 4.5)
    pubic_diameters_mm: tuple[float, ...] = (6.5, 5.0, 4.5, 3.5)
    clearance_mm: Millimetres = 2.0
    cortex_mm: Annotated[float, Field(ge=0, le=5)] = 1.0
    min_length_mm: Annotated[float, Field(ge=5, le=60)] = 15.0
    max_length_mm: Annotated[float, Field(ge=20, le=140)] = 110.0
    neural_mm: Annotated[float, Field(ge=0, le=10)] = 2.0
    halo_mm: Annotated[float, Field(ge=0, le=5)] = 0.0
    stand_off_mm: Annotated[float, Field(ge=2, le=25)] = 10.0
    overhang_mm: Annotated[float, Field(ge=0, le=40)] = 10.0
    head_sunk_mm: Annotated[float, Field(ge=0, le=6)] = 1.0
    catalogue: str = "house"
    length_step_mm: Annotated[float, Field(ge=0, le=10)] | None = None
    driver_mm: Annotated[float, Field(ge=2, le=10)] = 4.0
    driver_reach_mm: Annotated[float, Field(ge=0, le=150)] = 60.0
    add: tuple[ExtraScrew, ...] = ()
    drop: tuple[str, ...] = ()


class ExportSettings(Section):
    """[export]: the machine's data file and what goes to build preparation.

    engrave: side, case code, part number and revision in the metal, where a face for them is found. trial_wall_mm:
    wall of a hollow trial model (absent: solid); trial_drain_mm: diameter of the holes that resin leaves it by.
    """

    machine: str = "arcam-q10plus"
    part_number: Annotated[str, Field(max_length=24, pattern=r"^[A-Za-z0-9._-]*$")] = ""
    revision: Annotated[str, Field(max_length=8, pattern=r"^[A-Za-z0-9._-]*$")] = ""
    engrave: bool = True
    trial_wall_mm: Annotated[float, Field(ge=1.5, le=10)] | None = None
    trial_drain_mm: Annotated[float, Field(ge=2, le=10)] = 4.0


class Case(Section):
    """A whole `case.toml`."""

    case: PatientSettings
    ct: CtSettings
    mar: MarSettings = MarSettings()
    segmentation: SegmentationSettings = SegmentationSettings()
    old_screws: OldScrewSettings = OldScrewSettings()
    landmarks: LandmarkSettings = LandmarkSettings()
    radiograph: RadiographSettings = RadiographSettings()
    cup: CupSettings = CupSettings()
    body: BodySettings = BodySettings()
    lattice: LatticeSettings = LatticeSettings()
    screws: ScrewSettings = ScrewSettings()
    export: ExportSettings = ExportSettings()
