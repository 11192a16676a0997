"""The report a person reads: one self-contained page."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup
from PIL import Image

from hemipelvis.export.check import Check

PALETTE = 128
PARTS = ("html", "css", "js")


@dataclass(frozen=True)
class Picture:
    """An image and what it shows."""

    caption: str
    image: Image.Image
    full_colour: bool = False

    @property
    def png(self) -> str:
        """Base64 of a PNG without metadata, with a palette unless thin coloured lines on grey would suffer."""
        data, image = io.BytesIO(), self.image.convert("RGB")
        reduced = image if self.full_colour else image.quantize(PALETTE, Image.Quantize.MEDIANCUT)
        reduced.save(data, "PNG", optimize=True)
        return base64.b64encode(data.getvalue()).decode("ascii")


@dataclass(frozen=True)
class Table:
    """Rows of cells (text or numbers); a cell that starts with “!” is shown as an alarm."""

    head: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class SectionOfReport:
    """A heading with text, tables (folded away until asked for, or printed) and pictures, so many in a row."""

    title: str
    text: str = ""
    tables: Sequence[Table] = ()
    pictures: Sequence[Picture] = ()
    folded: bool = False
    columns: int = 3


@dataclass(frozen=True)
class Front:
    """What stands before the sections.

    summary: (name, value) of the few figures that matter; confirm: what a person must answer for; scene, stack: JSON of
    `live_scene` and `slice_stack`, empty for none; legend: (name, colour) of the stack's outlines.
    """

    summary: Sequence[tuple[str, str]] = ()
    confirm: Sequence[str] = ()
    scene: str = ""
    stack: str = ""
    legend: Sequence[tuple[str, str]] = ()


def report_html(
    header: Mapping[str, str],
    warnings: Sequence[Mapping[str, str]],
    checks: Sequence[Check],
    sections: Sequence[SectionOfReport],
    front: Front = Front(),
) -> str:
    """The page. header: code, side, resection, version. Everything from the case is escaped."""
    parts = {name: (resources.files("hemipelvis.export") / f"report.{name}").read_text("utf-8") for name in PARTS}
    page = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(parts["html"])
    ordered = sorted(checks, key=lambda c: c.passed)
    failed = sum(not c.passed for c in checks)
    return page.render(
        **header, warnings=warnings, checks=ordered, failed=failed, sections=sections, summary=front.summary,
        confirm=front.confirm, legend=front.legend, scene=_embedded(front.scene), stack=_embedded(front.stack),
        style=Markup(parts["css"]), script=Markup(parts["js"]),
    )  # fmt: skip


def _embedded(json_text: str) -> Markup:
    """JSON that cannot end the element it stands in."""
    return Markup(json_text.replace("<", "\\u003c"))


def number(value: Any, digits: int = 1, unit: str = "") -> str:
    """A figure for a table; a dash where there is none."""
    if value is None:
        return "–"
    return f"{round(value, digits) + 0.0:.{digits}f}{' ' + unit if unit else ''}"  # + 0.0: no minus before nought
