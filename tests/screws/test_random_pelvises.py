"""Real sacra, random reamed faces and old screws (benchmarks/random_pelvises.py runs fifty): measured again by VTK."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from hemipelvis.settings import ScrewSettings

SETTINGS = ScrewSettings(sacral=2, pubic=0, ischial=0, sacral_thinner_mm=(), driver_reach_mm=0.0)
HALF_VOXEL_MM = 3**0.5 / 2  # of the label map that was searched, 1 mm


@pytest.fixture(scope="module")
def bench(benchmark_named: Callable[[str], ModuleType]) -> Any:
    return benchmark_named("random_pelvises")


@pytest.mark.parametrize("seed", [0, 4, 8])
def test_no_screw_comes_nearer_than_stated_to_old_tunnel_or_surface(bench: Any, data: Path, seed: int) -> None:
    pelvis = bench.random_pelvis(data, seed)
    plan = bench.plan(pelvis, SETTINGS)
    to_old, bone, stated = bench.measured(pelvis, plan).T
    assert np.all(to_old >= SETTINGS.clearance_mm)
    assert np.all(bone >= SETTINGS.cortex_mm - HALF_VOXEL_MM)
    assert np.all(np.abs(to_old - stated) < 0.7)
    assert len(plan.screws) == SETTINGS.sacral or any("binding" in w for w in plan.warnings)
