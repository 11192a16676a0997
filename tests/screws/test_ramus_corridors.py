"""Six superior rami in which surgeons annotated where screws may run (benchmarks/ramus_corridors.py)."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType


def test_between_the_annotated_ends_every_corridor_lies_in_the_annotation_and_is_as_wide(
    benchmark_named: Callable[[str], ModuleType], data: Path
) -> None:
    bench, seen = benchmark_named("ramus_corridors"), 0
    for name, _, hip, marked in bench.rami(data):
        found = bench.between(hip, marked)
        assert bench.outside(found, marked.volume) < 0, name
        assert found.radius_mm >= 0.9 * marked.radius_mm, name
        seen += 1
    assert seen == 6
