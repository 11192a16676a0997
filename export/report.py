"""The report a person reads: one self-contained page."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jinja2
from PIL import Image

from hemipelvis.export.check import Check

PALETTE = 128


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
    """A heading with text, tables and pictures."""

    title: str
    text: str = ""
    tables: Sequence[Table] = ()
    pictures: Sequence[Picture] = ()


def report_html(
    header: Mapping[str, str],
    warnings: Sequence[Mapping[str, str]],
    checks: Sequence[Check],
    sections: Sequence[SectionOfReport],
) -> str:
    """The page. header: code, side, resection, version. Everything from the case is escaped."""
    source = (resources.files("hemipelvis.export") / "report.html").read_text(encoding="utf-8")
    page = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(source)
    ordered = sorted(checks, key=lambda c: c.passed)
    failed = sum(not c.passed for c in checks)
    return page.render(**header, warnings=warnings, checks=ordered, failed=failed, sections=sections)


def number(value: Any, digits: int = 1, unit: str = "") -> str:
    """A figure for a table; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:.{digits}f}{' ' + unit if unit else ''}"
