"""The report's page: whole, self-contained, harmless whatever the case says."""

import base64
import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from hemipelvis.export.check import at_least
from hemipelvis.export.live_scene import LiveLayer, live_scene
from hemipelvis.export.report import Front, SectionOfReport, Table, number, report_html
from hemipelvis.export.slice_stack import slice_stack
from hemipelvis.field import sphere
from hemipelvis.frames import PelvicFrame, Side
from hemipelvis.isosurface import isosurface
from hemipelvis.mesh import Mesh
from hemipelvis.volume import Volume

HEADER = {"code": "K012", "side": "left", "resection": "I+II", "version": "1"}
CHECKS = (at_least("wide enough", 2, 1, "mm"), at_least("long enough", 0, 1, "mm"))
FRAME = PelvicFrame(np.array([-300.0, 280, -550]), np.eye(3))
BALL = isosurface(sphere((-300.1, 280.2, -550.3), 9).sampled((-310, 270, -561), (-290, 291, -540), 0.4))
VOID = {"meta", "link", "img", "input", "br", "hr"}


class Page(HTMLParser):
    """Open elements, and every address on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [v or "" for k, v in attrs if k in ("src", "href", "srcset", "action", "data")]
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(**changes: Any) -> str:
    scene = live_scene([LiveLayer("ball", (BALL,), "#ff0000")], FRAME, Side.LEFT)
    front = Front([("mass", "1 g")], ["looked"], scene, "", [])
    sections = (SectionOfReport("Title", "text", [Table(["a"], [["!bad"]])]),)
    return report_html({**HEADER, **changes}, [{"stage": "s", "text": "w"}], CHECKS, sections, front)


def test_every_element_is_closed_and_no_address_leads_out() -> None:
    found = Page(page())
    assert found.open == []
    assert all(a.startswith("data:") for a in found.addresses)
    assert not re.search(r"https?://|@import|url\(", page())


def test_failed_checks_stand_before_warnings_and_both_before_the_rest() -> None:
    text = page()
    assert text.index("FAILED: long enough") < text.index("<b>s:</b> w") < text.index("A person must confirm")


def test_what_the_case_says_cannot_become_markup() -> None:
    text = page(code="</script><script>alert(1)</script>")
    assert "<script>alert" not in text


def test_a_layer_cannot_end_the_element_it_stands_in() -> None:
    layer = LiveLayer("</script><b>", (BALL,), "#ff0000")
    text = report_html(HEADER, [], (), (), Front(scene=live_scene([layer], FRAME, Side.LEFT)))
    assert "</script><b>" not in text


def unpacked(most: int) -> Mesh:
    data = json.loads(live_scene([LiveLayer("ball", (BALL,), "#ff0000")], FRAME, Side.LEFT, most))
    layer = data["layers"][0]
    steps = np.frombuffer(base64.b64decode(layer["vertices"]), "<u2").reshape(-1, 3)
    faces = np.frombuffer(base64.b64decode(layer["faces"]), "<u4").reshape(-1, 3)
    return Mesh(steps * data["step"] + data["lower"], faces)


def test_the_scene_holds_the_mesh_in_pelvic_axes() -> None:
    back = unpacked(10**6)
    assert np.array_equal(back.faces, BALL.faces)
    assert np.abs(back.vertices - FRAME.pelvic_from_world(BALL.vertices)).max() < 0.001


def test_a_reduced_mesh_keeps_its_volume() -> None:
    back = unpacked(1500)
    assert back.face_count <= 1500 and back.volume_mm3 == pytest.approx(BALL.volume_mm3, rel=0.01)


def test_the_stack_runs_from_head_to_feet_through_all_labels() -> None:
    labels = np.zeros((12, 30, 30), np.uint8)
    labels[2:10, 8:20, 8:20] = 1
    volume = Volume(labels, (1.0, 1.0, 2.0), (-310.0, 270.0, -560.0))  # type: ignore[arg-type]
    envelope = Volume(np.full((4, 4, 4), -1.0, np.float32), (1.0,) * 3, (-300.0, 280.0, -550.0))  # type: ignore[arg-type]
    ct = volume.like(np.full(labels.shape, 300, np.int16))
    slices = json.loads(slice_stack(ct, ct, volume, envelope, ()))["slices"]
    assert [s["z"] for s in slices] == [-542.0 - 2 * n for n in range(8)]
    assert all(base64.b64decode(s["lines"]).startswith(b"\x89PNG") for s in slices)


def test_nothing_is_less_than_nought_by_rounding() -> None:
    assert [number(v, 1, "mm") for v in (-0.04, -0.06, None)] == ["0.0 mm", "-0.1 mm", "–"]
