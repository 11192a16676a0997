"""Keep what identifies a patient out of names and texts that leave the CT folder."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from pydicom.dataset import Dataset

Shield: TypeAlias = Callable[[str], str]

# Elements of DICOM PS3.15 table E.1-1 (basic confidentiality profile) that identify by themselves and are copied into
# folder, file and series names by archives: whole people and numbers, then dates.
NAMES = (
    "PatientName", "OtherPatientNames", "PatientBirthName", "PatientMotherBirthName", "ReferringPhysicianName",
    "PerformingPhysicianName", "RequestingPhysician", "OperatorsName", "NameOfPhysiciansReadingStudy",
    "ResponsiblePerson", "InstitutionName", "InstitutionAddress", "PatientAddress", "StationName",
)  # fmt: skip
NUMBERS = (
    "PatientID", "OtherPatientIDs", "IssuerOfPatientID", "AccessionNumber", "AdmissionID", "StudyID",
    "DeviceSerialNumber", "PatientTelephoneNumbers", "MedicalRecordLocator",
)  # fmt: skip
DATES = ("PatientBirthDate", "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
UID = r"\d+(?:\.\d+){4,}"  # UIDs hold serial numbers and times of the examination.
BETWEEN = r"[-._/ ]?"
MARK = "…"


def secrets(data: Dataset) -> frozenset[tuple[str, str]]:
    """What a data set says of who and when: ("name" | "number" | "date", text)."""
    found = {(kind, text) for kind, keys in _KINDS for key in keys for text in _texts(data, key)}
    others = data.get("OtherPatientIDsSequence") or []
    return frozenset(found | {("number", text) for item in others for text in _texts(item, "PatientID")})


_KINDS = (("name", NAMES), ("number", NUMBERS), ("date", DATES))


def _texts(data: Dataset, key: str) -> list[str]:
    try:
        value: Any = data.get(key)
    except Exception:  # a value that cannot be read shows nowhere either
        return []
    values = value if isinstance(value, list | tuple) or hasattr(value, "append") else [value]
    return [str(v) for v in values if v not in (None, "")]


def shield(found: Iterable[tuple[str, str]]) -> Shield:
    """A function that puts … in place of every one of the secrets, however capitalised, accented or set off.

    Words of four letters or more are found inside others too, shorter ones on their own; dates in any usual order;
    UIDs always.
    """
    patterns = {UID}
    for kind, text in found:
        patterns |= _dates(text) if kind == "date" else _words(text, whole=kind == "number")
    pattern = re.compile("|".join(sorted(patterns, key=_rank)))
    return lambda text: _blanked(text, pattern)


def _rank(pattern: str) -> tuple[bool, int, str]:
    """Whole secrets before short words that may be parts of them, the longest first."""
    return pattern.startswith("(?"), -len(pattern), pattern


def _words(text: str, whole: bool) -> set[str]:
    words = {w for w in re.split(r"[\W_]+", text) if w} | ({text.strip()} if whole else set())
    spelt = {_folded(w) for w in words} | {_folded(w.translate(_UMLAUTS)) for w in words}
    spelt |= {re.sub(r"([aou])e", r"\1", w) for w in spelt}
    return {_word_pattern(w) for w in spelt if len(w) > 1 or not w.isascii()}


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})


def _word_pattern(word: str) -> str:
    if word.isdigit():
        return rf"(?<!\d){word}(?!\d)"
    return re.escape(word) if len(word) > 3 or not word.isascii() else rf"(?<![a-z]){re.escape(word)}(?![a-z])"


def _dates(text: str) -> set[str]:
    parts = re.fullmatch(r"(\d{2})(\d{2})\D?(\d{2})\D?(\d{2}).*", text.strip())
    if not parts:
        return set()
    century, year, month, day = parts.groups()
    m, d = f"0?{month.lstrip('0')}", f"0?{day.lstrip('0')}"
    orders = [(century + year, month, day), (century + year, m, d), (d, m, century + year), (m, d, century + year)]
    short = [(year, month, day), (day, month, year), (month, day, year)]
    return {rf"(?<!\d){BETWEEN.join(order)}(?!\d)" for order in short} | {BETWEEN.join(order) for order in orders}


def _folded(text: str) -> str:
    return "".join(_fold(c) for c in text)


def _fold(character: str) -> str:
    """Small letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", character.casefold()) if not unicodedata.combining(c))


def _blanked(text: str, pattern: re.Pattern[str]) -> str:
    text = unicodedata.normalize("NFC", text)
    pieces = [_fold(c) for c in text]
    home = [i for i, piece in enumerate(pieces) for _ in piece]
    out, done = [], 0
    for hit in pattern.finditer("".join(pieces)):
        if hit.end() > hit.start():
            out += [text[done : home[hit.start()]], MARK]
            done = home[hit.end() - 1] + 1
    return "".join([*out, text[done:]])


def shown_names(names: Iterable[str], hide: Shield) -> dict[str, str]:
    """How files are named to the user: their path, or what is left of it and their place in the list of names."""
    ordered = sorted(names)
    left = {name: hide(name) for name in ordered}
    return {
        name: text if text == name else f"{text} (file {n} of {len(ordered)} in the order of names)"
        for n, (name, text) in enumerate(left.items(), 1)
    }


def written_inside(name: str, content: bytes) -> frozenset[tuple[str, str]]:
    """Words of a file's path that stand in its first bytes too: secrets, for a header that cannot be read."""
    inside = _folded(content.decode("latin-1"))
    words = [w for w in re.split(r"[\W_]+", name) if len(w) > 2]
    return frozenset(("name", w) for w in words if _folded(w) in inside)
