"""Typed numba decorators. fastmath stays off and nothing is reduced across threads: same input, same bits."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile to machine code on first call, cached on disk."""
    return cast(Callable[P, R], numba.njit(cache=True, nogil=True)(function))


def compiled_parallel(function: Callable[P, R]) -> Callable[P, R]:
    """The same with `numba.prange` spread over the cores. Every iteration must write its own cells only."""
    return cast(Callable[P, R], numba.njit(cache=True, nogil=True, parallel=True)(function))
