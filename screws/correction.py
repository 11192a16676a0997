"""An engineer's screw written into `case.toml`: the next run takes it as it stands."""

import re
import tomllib

from hemipelvis.arrays import Point
from hemipelvis.plan import Screw

BLOCK = re.compile(r"\n*^\[\[screws\.add\]\]\n(?:(?!\[).*\n?)*", re.MULTILINE)
"""From the header to the next table's; no value of a screw begins a line with a bracket."""


def with_screw(case: str, screw: Screw) -> str:
    """A case file's text with the screw under `[[screws.add]]`, in place of one of the same id; all else is left alone.

    Raises tomllib.TOMLDecodeError where the text is no TOML, before or after.
    """
    tomllib.loads(case)
    kept = BLOCK.sub(lambda m: "\n\n" if _id(m.group()) == screw.id else m.group(), case)
    text = f"{kept.rstrip()}\n\n{_block(screw)}"
    tomllib.loads(text)
    return text


def _id(block: str) -> str:
    return str(tomllib.loads(block)["screws"]["add"][0]["id"])


def _block(screw: Screw) -> str:
    return (
        f'[[screws.add]]\nid = "{screw.id}"\nhost = "{screw.host}"\nentry = {_point(screw.entry)}\n'
        f"tip = {_point(screw.tip)}\ndiameter_mm = {screw.diameter_mm:.2f}\n"
    )


def _point(point: Point) -> str:
    return "[" + ", ".join(f"{c:.2f}" for c in point) + "]"
