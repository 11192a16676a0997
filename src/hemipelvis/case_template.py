"""A case file to start from, and the list of every key with its meaning, default and limits."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from hemipelvis.errors import InputError
from hemipelvis.settings import Case, PatientSettings, Section

TEMPLATE = """# One patient. Everything not stated has its default: `hemipelvis new --explain` lists every key.
[case]
code = {code}            # names the case in every file; never a patient's name
side = {side}            # the affected side, the patient's own: "left" or "right"
resection = {resection}  # "I+II" or "I+II+III" (Enneking and Dunham)

[ct]
path = {ct}              # DICOM folder, or NRRD, NIfTI or MetaImage file; relative to this file
"""


def case_text(code: str, side: str, resection: str, ct: str) -> str:
    """TOML text of a new case. Raises InputError for a wrong code, side or resection."""
    try:
        PatientSettings.model_validate({"code": code, "side": side, "resection": resection})
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"{first['loc'][0]} {first['input']!r}", first["msg"], f"correct --{first['loc'][0]}"
        ) from error
    quoted = {k: json.dumps(v) for k, v in (("code", code), ("side", side), ("resection", resection), ("ct", ct))}
    return TEMPLATE.format(**quoted)


def explanation() -> str:
    """Every section and key of a case file with its default and limits."""
    return "\n".join(_explained(Case))


def _explained(model: type[Section]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            yield f"\n{kind.__doc__}\n[{name}]"
            yield from _explained(kind)
        else:
            limits = ", ".join(str(m) for m in field.metadata)
            default = "required" if field.is_required() else f"default {field.default!r}"
            yield f"{name}: {getattr(kind, '__name__', kind)}, {default}{', ' + limits if limits else ''}"
