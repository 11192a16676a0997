"""Reading `case.toml`: every mistake in it named at once, with what was got, what was expected, how to mend it."""

import difflib
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hemipelvis.errors import InputError
from hemipelvis.settings import BodySettings, Case, own_file


def read_case(path: Path) -> Case:
    """The case file, its relative paths taken from its own folder. Raises InputError for anything amiss."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            f"no file {path}", "a case file", "write one with `hemipelvis new`, or check the path"
        ) from error
    except (IsADirectoryError, PermissionError) as error:
        raise InputError(f"{path}, which cannot be read as a file", "a case file", "state case.toml itself") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name}, which is not valid TOML: {error}", "TOML", "mend the line it names") from error
    return _with_absolute_paths(_validated(data, path.name), path.resolve().parent)


def _validated(data: dict[str, Any], name: str) -> Case:
    try:
        return Case.model_validate(data)
    except ValidationError as error:
        faults = [_fault(e) for e in error.errors()]
        raise InputError(
            f"{name} with {len(faults)} fault{'s' if len(faults) > 1 else ''}:\n"
            + "\n".join(f"  {key}: {fault}" for key, fault, _ in faults),
            "keys and values as listed by `hemipelvis new --explain`",
            "; ".join(dict.fromkeys(mend for *_, mend in faults)),
        ) from error


def _fault(error: ErrorDetails) -> tuple[str, str, str]:
    """Key, what is wrong with it, how to mend it."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = _known_keys(error["loc"][:-1])
        near = difflib.get_close_matches(str(error["loc"][-1]), known, 1)
        hint = f"write {near[0]!r} instead" if near else f"use one of {', '.join(known)}"
        return key, "unknown key", hint
    if error["type"] == "missing":
        return key, "missing", f"state {key}"
    return key, f"got {error['input']!r}; {error['msg']}", f"correct {key}"


def _known_keys(location: Sequence[int | str]) -> list[str]:
    model: Any = Case
    for name in location:
        field = model.model_fields.get(name) if isinstance(name, str) else None
        if field is not None:
            model = _model_in(field.annotation)
    return list(model.model_fields)


def _model_in(annotation: Any) -> Any:
    """The settings class in an annotation such as `tuple[ExtraScrew, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = [_model_in(a) for a in getattr(annotation, "__args__", ())]
    return next((a for a in inner if a is not None), None)


def _with_absolute_paths(case: Case, folder: Path) -> Case:
    labels, film = case.segmentation.labels, case.radiograph.path
    return case.model_copy(
        update={
            "ct": case.ct.model_copy(update={"path": folder / case.ct.path.expanduser()}),
            "segmentation": case.segmentation.model_copy(
                update={"labels": None if labels is None else folder / labels.expanduser()}
            ),
            "screws": case.screws.model_copy(update={"catalogue": _absolute_source(case.screws.catalogue, folder)}),
            "body": _with_absolute_shapes(case.body, folder),
            "radiograph": case.radiograph.model_copy(
                update={"path": None if film is None else folder / film.expanduser()}
            ),
        }
    )


def _absolute_source(source: str, folder: Path) -> str:
    """The name of a data file that comes along as it is; the path of one's own made absolute."""
    own = own_file(source)
    return source if own is None else str(folder / own)


def _with_absolute_shapes(body: BodySettings, folder: Path) -> BodySettings:
    whole = {
        name: tuple(
            s if s.path is None else s.model_copy(update={"path": folder / s.path.expanduser()})
            for s in getattr(body, name)
        )
        for name in ("add", "cut")
    }
    return body.model_copy(update=whole)
