"""Typed numba decorators. fastmath stays off and nothing is reduced across threads: same input, same bits."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba
import numpy as np

from hemipelvis.arrays import Array

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile to machine code on first call, cached on disk."""
    return cast(Callable[P, R], numba.njit(cache=True, nogil=True)(function))


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """The same, its body put in place of each call: for small functions of many arrays in the innermost loops.

    Passing an array on costs a dozen arguments and two counts of its owners: three times what such a function works.
    """
    return cast(Callable[P, R], numba.njit(cache=True, nogil=True, inline="always")(function))


def compiled_parallel(function: Callable[P, R]) -> Callable[P, R]:
    """The same with `numba.prange` spread over the cores. Every iteration must write its own cells only."""
    return cast(Callable[P, R], numba.njit(cache=True, nogil=True, parallel=True)(function))


@inlined
def minus(a: Array, b: Array) -> tuple[float, float, float]:
    """a − b of two places (3,) in double precision. In compiled code `float` of a float32 stays a float32."""
    return np.float64(a[0]) - b[0], np.float64(a[1]) - b[1], np.float64(a[2]) - b[2]
