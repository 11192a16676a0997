"""Laws of the sacrum weighed against its other half."""

from dataclasses import dataclass

import numpy as np
import pytest

from hemipelvis.arrays import Array, Mask
from hemipelvis.frames import Plane, Side
from hemipelvis.labels import Label
from hemipelvis.segmentation.weighed_sacrum import Weighed, weighed_sacrum
from hemipelvis.volume import Volume

MIDLINE = Plane(np.array([3.0, 100.0, 50.0]), np.array([1.0, 0.0, 0.0]))
GRID = Volume(np.zeros((40, 40, 100), np.uint8), np.full(3, 1.5), np.array([-71.5, 70.0, 20.0]))


@dataclass(frozen=True)
class Scene:
    """A symmetric sacrum, where the left ala is hidden, a hole and a flake there, and what is left of the labels."""

    truth: Mask
    hidden: Mask
    hole: Mask
    flake: Mask
    lateral: Array

    def weighed(self, labels: Array | None = None, share: float = 0.8) -> Weighed:
        spoilt = np.where((self.truth & ~self.hole) | self.flake, Label.SACRUM, 0).astype(np.uint8)
        given = GRID.like(spoilt if labels is None else labels)
        crossed = GRID.like(np.where(self.hidden, share, 0).astype(np.float32))
        return weighed_sacrum(given, GRID.like(np.zeros(self.truth.shape, bool)), crossed, MIDLINE, Side.LEFT)


@pytest.fixture(scope="module")
def scene() -> Scene:
    k, j, i = np.indices(GRID.voxels.shape)
    x, y, z = (GRID.origin[a] + v * 1.5 for a, v in enumerate((i, j, k)))
    a = np.abs(x - 3)
    truth = (a < 58) & (np.abs(z - 50) < 22 - 0.2 * a) & (np.abs(y - 100 + 0.2 * a) < 16)
    hidden = (x - 3 > 22) & (np.abs(z - 50) < 8)
    hole = (np.hypot(y - 92, z - 50) < 6) & (x - 3 > 24)
    flake = (np.abs(z - 53) < 1) & (np.abs(y - 76) < 12) & (np.abs(x - 45) < 12) & ~truth
    return Scene(truth, hidden, hole, flake, x - 3)


def test_a_hole_in_a_hidden_ala_is_filled_and_a_flake_beside_it_cut(scene: Scene) -> None:
    bone = scene.weighed().labels.voxels == Label.SACRUM
    assert bone[scene.hole & scene.truth & (scene.lateral > 32) & (scene.lateral < 54)].mean() > 0.97
    assert not bone[scene.flake].any()
    assert (bone == scene.truth)[~scene.hole & ~scene.flake].mean() > 0.995


def test_no_bone_is_made_up_where_nerves_run(scene: Scene) -> None:
    bone = scene.weighed().labels.voxels == Label.SACRUM
    assert not bone[scene.hole & (scene.lateral < 29)].any()


def test_what_rests_on_the_other_half_alone_is_less_sure_than_what_is_seen_as_well(scene: Scene) -> None:
    found = scene.weighed()
    whole = scene.weighed(labels=np.where(scene.truth, Label.SACRUM, 0).astype(np.uint8))
    filled = scene.hole & scene.hidden & (found.labels.voxels == Label.SACRUM)
    assert (found.odds < whole.odds)[filled].all()
    assert "guessed" in " ".join(found.warnings)


def test_what_is_seen_stays_as_it_is(scene: Scene) -> None:
    spoilt = np.where((scene.truth & ~scene.hole) | scene.flake, Label.SACRUM, 0).astype(np.uint8)
    assert np.array_equal(scene.weighed(share=0.2).labels.voxels, spoilt)


def test_a_bone_that_is_not_symmetric_is_not_judged_by_its_other_half(scene: Scene) -> None:
    """An ala lost where the scan shows it, above and below what is hidden, is lost in between as well."""
    stump = np.where(scene.truth & (scene.lateral < 26), Label.SACRUM, 0).astype(np.uint8)
    found = scene.weighed(labels=stump)
    assert np.count_nonzero(found.labels.voxels) <= 1.02 * np.count_nonzero(stump)
