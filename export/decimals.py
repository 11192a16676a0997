"""Numbers as text, quickly: for a float32 the shortest decimal fraction that reads back to the very same float32."""

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled

TEN = 10.0 ** np.arange(16)
"""Exact in double precision, so that m / TEN[p] is the double nearest to the decimal fraction."""
LEAST, MOST = 1e-6, 1e7
"""Magnitudes the quick way covers: with 9 digits in all, enough for any float32, at most 15 stand behind the point."""
WIDEST = 24
"""Bytes that hold any number written here."""


def rows_as_text(values: Array, pieces: tuple[bytes, ...]) -> bytes:
    """Rows of 3 numbers (n, 3), float32 or integers ≥ 0, each between four fixed pieces of text.

    Raises ValueError for numbers that are not finite.
    """
    if values.dtype.kind == "f":
        size = np.abs(values)
        if not np.isfinite(size).all():
            raise ValueError("a coordinate is not a finite number")
        if ((size != 0) & (size < LEAST)).any() or (size >= MOST).any():
            return _slowly(values, pieces)
    text = [np.frombuffer(piece, np.uint8) for piece in pieces]
    buffer = np.empty(len(values) * (sum(map(len, pieces)) + 3 * WIDEST), np.uint8)
    write = _write_fractions if values.dtype.kind == "f" else _write_integers
    return buffer[: write(values, text[0], text[1], text[2], text[3], buffer)].tobytes()


def _slowly(values: Array, pieces: tuple[bytes, ...]) -> bytes:
    """The same for the rare block with a coordinate too small or too large for the quick way."""
    rows = ([np.format_float_positional(x, unique=True, trim="-").encode() for x in row] for row in values)
    return b"".join(pieces[0] + x + pieces[1] + y + pieces[2] + z + pieces[3] for x, y, z in rows)


@compiled
def _copy(piece: Array, out: Array, at: int) -> int:
    for n in range(len(piece)):
        out[at + n] = piece[n]
    return at + len(piece)


@compiled
def _integer(value: int, least_digits: int, out: Array, at: int) -> int:
    """Digits of a number ≥ 0, zeros before it up to `least_digits`; the position after them."""
    digits, rest = 1, value // 10
    while rest > 0:
        digits += 1
        rest //= 10
    digits = max(digits, least_digits)
    for n in range(digits - 1, -1, -1):
        out[at + n] = 48 + value % 10
        value //= 10
    return at + digits


@compiled
def _fraction(value: np.float32, ten: Array, out: Array, at: int) -> int:
    """The shortest fraction that rounds to `value` with room to spare (readers may round twice)."""
    size = float(abs(value))
    if value < 0:
        out[at] = 45
        at += 1
    for places in range(len(ten)):
        whole = int(np.floor(size * ten[places] + 0.5))
        near = whole / ten[places]
        if np.float32(near * (1 - 1e-13)) == np.float32(size) and np.float32(near * (1 + 1e-13)) == np.float32(size):
            break
    scale = int(ten[places])
    at = _integer(whole // scale, 1, out, at)
    if places > 0:
        out[at] = 46
        at = _integer(whole % scale, places, out, at + 1)
    return at


@compiled
def _write_fractions(values: Array, a: Array, b: Array, c: Array, d: Array, out: Array) -> int:
    at = 0
    for n in range(len(values)):
        at = _fraction(values[n, 0], TEN, out, _copy(a, out, at))
        at = _fraction(values[n, 1], TEN, out, _copy(b, out, at))
        at = _fraction(values[n, 2], TEN, out, _copy(c, out, at))
        at = _copy(d, out, at)
    return at


@compiled
def _write_integers(values: Array, a: Array, b: Array, c: Array, d: Array, out: Array) -> int:
    at = 0
    for n in range(len(values)):
        at = _integer(values[n, 0], 1, out, _copy(a, out, at))
        at = _integer(values[n, 1], 1, out, _copy(b, out, at))
        at = _integer(values[n, 2], 1, out, _copy(c, out, at))
        at = _copy(d, out, at)
    return at
