"""Frozen dataclasses of numbers, strings, arrays and one another, to plain JSON and back."""

import dataclasses
import json
import types
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from hemipelvis.errors import InputError

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """Plain lists, dicts, numbers and strings; floats are written exactly. NaN and infinity become None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, np.ndarray | np.generic):
        return to_json(value.tolist())
    if isinstance(value, Mapping):
        return {str(k): to_json(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(v) for v in value]
    if isinstance(value, Enum):
        return to_json(value.value)
    return None if isinstance(value, float) and not np.isfinite(value) else value


def from_json(kind: type[T], data: Any) -> T:
    """A dataclass from what `to_json` gave; unknown keys are passed over, missing ones take the default.

    Raises KeyError for a missing key without a default.
    """
    result: T = _build(kind, data)
    return result


def _build(kind: Any, data: Any) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if data is None else _build(next(a for a in args if a is not type(None)), data)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind, data)
    if origin is np.ndarray:
        return np.array(data, float)
    if origin is tuple:
        kinds = [args[0]] * len(data) if args[-1] is Ellipsis else args
        return tuple(_build(k, v) for k, v in zip(kinds, data, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {k: _build(args[1], v) for k, v in data.items()}
    return kind(data) if isinstance(kind, type) and issubclass(kind, Enum | float) and data is not None else data


def _dataclass(kind: Any, data: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    needed = [
        f.name for f in dataclasses.fields(kind)
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]  # fmt: skip
    missing = [name for name in needed if name not in data]
    if missing:
        raise KeyError(f"{kind.__name__} lacks {', '.join(missing)}")
    return kind(**{f.name: _build(hints[f.name], data[f.name]) for f in dataclasses.fields(kind) if f.name in data})


def dumps(value: Any) -> str:
    """Stable, readable JSON text."""
    return json.dumps(to_json(value), indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def load(path: Path) -> Any:
    """Parsed JSON. Raises InputError if the file is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path.name}, which is not valid JSON ({error})",
            "JSON as the run wrote it",
            "mend or delete the file",
        ) from error
