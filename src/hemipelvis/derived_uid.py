"""DICOM identifiers that depend on nothing but what they name: no clock, no chance."""

import hashlib

from pydicom.uid import UID


def derived_uid(*parts: object) -> UID:
    """A valid UID under 2.25 (a UUID as a number, DICOM PS3.5 B.2), the same for the same parts."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")
