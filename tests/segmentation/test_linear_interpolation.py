import numpy as np

from hemipelvis.segmentation.linear_interpolation import bridged


def test_a_straight_line_is_restored_exactly() -> None:
    line = np.linspace(3, 9, 40)[None, :, None].repeat(2, axis=0)
    trace = np.zeros(line.shape, bool)
    trace[:, 10:17] = trace[:, 25:26] = True
    assert np.allclose(bridged(np.where(trace, 99, line), trace), line)


def test_bins_outside_the_trace_keep_their_bits() -> None:
    values = np.random.default_rng(0).random((3, 30, 2), np.float32)
    trace = np.random.default_rng(1).random(values.shape) > 0.6
    assert np.array_equal(bridged(values, trace)[~trace], values[~trace])


def test_a_trace_at_the_edge_falls_to_air() -> None:
    values, trace = np.full((1, 6, 1), 8.0), np.zeros((1, 6, 1), bool)
    trace[0, 3:] = True
    assert np.allclose(bridged(values, trace)[0, :, 0], [8, 8, 8, 6, 4, 2])
