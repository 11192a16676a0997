import numpy as np
import pytest

from hemipelvis.errors import InputError
from hemipelvis.export.check_mesh import topology
from hemipelvis.export.engraving import DEPTH_MM, Engraving, measured_depth
from hemipelvis.export.letters import PER_MM, text_mask
from hemipelvis.export.trial_model import trial_model
from hemipelvis.field import box
from hemipelvis.settings import ExportSettings
from hemipelvis.volume import Volume

BLOCK = box((0, 0, 0), (15, 11, 8), rounding_mm=2).sampled((-18, -14, -10), (18, 14, 10), 0.5)
SIZE = (text_mask(("L K1",), 3.0).shape[1] / PER_MM, text_mask(("L K1",), 3.0).shape[0] / PER_MM)
MARK = Engraving(("L K1",), np.array([0.0, 0, 8]), np.eye(3), SIZE, 3.0, DEPTH_MM)
HOLLOW = ExportSettings(trial_wall_mm=2.0, trial_drain_mm=3.0)


@pytest.mark.parametrize("settings", [ExportSettings(), HOLLOW])
def test_the_trial_bears_the_mark_and_is_one_closed_solid(settings: ExportSettings) -> None:
    made = trial_model(BLOCK, settings, MARK)
    t = topology(made.mesh)
    assert (t.open_edges, t.wrong_edges, t.degenerate, t.shells, t.crossing) == (0, 0, 0, 1, 0)
    assert measured_depth(MARK, made.mesh.vertices, BLOCK) == pytest.approx(DEPTH_MM, abs=0.05)


def test_drains_keep_off_the_mark_and_what_they_are_told_to() -> None:
    end = np.array([15.0, 0, 0])
    made = trial_model(BLOCK, HOLLOW, MARK, [(end, end, 12.0)])
    assert len(made.drains) == 2
    assert all(np.linalg.norm(d.at - end) > 13 and not (np.abs(d.at[:2]) < 4).all() for d in made.drains)


def test_nothing_makes_no_trial() -> None:
    with pytest.raises(InputError):
        trial_model(Volume(np.ones((3, 3, 3), np.float32), (1, 1, 1), (0, 0, 0)), ExportSettings())  # type: ignore[arg-type]
