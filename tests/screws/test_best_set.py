"""Random rods in a block, few and crowded enough to try every set of them by hand."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from hemipelvis.screws.best_set import BestSet, best_sets
from hemipelvis.screws.compatible import compatible
from hemipelvis.screws.select_jointly import Pool, thinned, together

CLEARANCE, SPREAD, RADIUS = 2.0, 0.3, 15.0


def crowd(seed: int, count: int = 40, room_mm: float = 24.0) -> Pool:
    rng = np.random.default_rng(seed)
    points = rng.uniform(-room_mm / 2, room_mm / 2, (count, 3)) * [0, 1, 1]
    aims = rng.normal([-1.0, 0, 0.4], 0.3, (count, 3))
    aims /= np.linalg.norm(aims, axis=1, keepdims=True)
    wide = rng.choice([4.5, 6.5], count)
    return Pool(points, aims, points - 10 * aims, points + 40 * aims, wide, wide + 3, rng.uniform(0.3, 1.2, count))


def best(pool: Pool, count: int) -> BestSet:
    return best_sets(pool, (count,), CLEARANCE, SPREAD, RADIUS)[0]


def value(pool: Pool, chosen: tuple[int, ...]) -> float:
    apart = [float(np.linalg.norm(pool.points[i] - pool.points[j])) for i, j in combinations(chosen, 2)]
    return float(pool.scores[list(chosen)].sum()) + SPREAD * sum(min(a / RADIUS, 1.0) for a in apart)


def fitting(pool: Pool, size: int) -> list[tuple[int, ...]]:
    fits = compatible(pool, pool, CLEARANCE)
    return [s for s in combinations(range(len(pool)), size) if fits[np.ix_(s, s)][np.triu_indices(size, 1)].all()]


@pytest.mark.parametrize("seed", range(6))
def test_the_set_is_the_best_of_all_sets_tried_one_by_one(seed: int) -> None:
    pool = crowd(seed)
    found = best(pool, 3)
    assert found.whole
    assert value(pool, tuple(found.indices)) == pytest.approx(max(value(pool, s) for s in fitting(pool, 3)))


def test_as_many_as_fit_where_fewer_fit() -> None:
    pool = crowd(1, room_mm=14.0)
    found = best(pool, 4)
    assert len(found.indices) == max(size for size in (1, 2, 3, 4) if fitting(pool, size)) < 4


def test_poor_screws_far_off_are_taken_where_only_they_make_up_the_number() -> None:
    near = crowd(3, 3000, 0.1)  # of these no two fit
    ends = [replace(near.take(np.array([0])), scores=np.array([0.01])) for _ in range(2)]
    away = [np.array([0, 0, z]) for z in (-40.0, 40.0)]
    far = [replace(e, points=e.points + a, heads=e.heads + a, tips=e.tips + a) for e, a in zip(ends, away, strict=True)]
    found = best(together([near, *far]), 3)
    assert found.whole
    assert len(found.indices) == 3
    assert found.indices[1:] == [3000, 3001]


def test_a_pool_small_enough_is_kept_whole_and_a_large_one_keeps_its_best_in_every_place() -> None:
    pool = crowd(5, 4000)
    assert len(thinned(pool, 4000)) == 4000
    few = thinned(pool, 500)
    assert len(few) <= 500
    assert few.scores[0] == pool.scores.max()
    away = np.linalg.norm(pool.points[:, None] - few.points[None], axis=2).min(axis=1)
    assert away.max() < 4.0
