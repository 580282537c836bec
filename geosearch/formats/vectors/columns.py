"""Columns of a table of vectors as arrays: ids, times and directions.

A fault of a single row makes only that row unusable; a fault of all rows is an error.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geosearch.errors import UsageError, first_line

UNKNOWN_TIME = int(np.iinfo(np.int64).min)
_FIRST_MS, _LAST_MS = -62_135_596_800_000, 253_402_300_799_999
"""From year 1 to 9999, as RFC 3339 can write them."""
_PLAIN_LENGTHS = (1e-30, 1e30)
"""Between them, neither a 32-bit length nor what it divides leaves the range of such numbers."""


def texts(column: Any, *, uuids: bool = False) -> tuple[Any, NDArray[np.bool_]]:
    """Return ids [n] as an array of strings, and which are not text, bool [n].

    Args:
        column: Texts in any layout, bytes of UTF-8, numbers.
        uuids: They are UUIDs, 16 bytes each.

    Returns:
        An empty id, and one that is not text, is null.

    Raises:
        UsageError: They are none of these.
    """
    stored = plain(column)
    if pa.types.is_dictionary(stored.type):
        stored = stored.dictionary_decode()
    unreadable = np.zeros(len(stored), bool)
    try:
        if uuids and stored.type == pa.binary(16):
            ids = _uuid_texts(stored)
        else:
            ids = stored.cast(pa.string())
            ids.validate(full=True)  # readers of Parquet do not look at what texts hold
    except pa.ArrowException as error:
        if not (is_text(stored.type) or is_binary(stored.type)):
            raise UsageError(
                f"`id` of type {column.type} cannot be read as text: {first_line(error)}",
                hint="write ids as texts or whole numbers",
            ) from error
        found = [_utf8(one) for one in stored.cast(pa.large_binary()).to_pylist()]
        ids = pa.array(found, pa.string())
        unreadable = ids.is_null().to_numpy(zero_copy_only=False)
        unreadable &= ~stored.is_null().to_numpy(zero_copy_only=False)
    return pc.if_else(pc.equal(ids, ""), pa.scalar(None, pa.string()), ids), unreadable


def _uuid_texts(stored: Any) -> Any:
    """Return 16 bytes each as RFC 9562 writes them."""
    return pa.array([None if one is None else str(UUID(bytes=one)) for one in stored.to_pylist()])


def _utf8(data: bytes | None) -> str | None:
    try:
        return None if data is None else data.decode()
    except UnicodeDecodeError:
        return None


@dataclass(frozen=True, slots=True)
class Times:
    """Times of some rows."""

    time_ms: NDArray[np.int64]
    """[n], milliseconds since 1970; `UNKNOWN_TIME` where there is none."""
    unreadable: NDArray[np.bool_]
    """[n], which are not a time."""
    beyond: NDArray[np.bool_]
    """[n], which lie before year 1 or after 9999."""


def times(column: Any | None, count: int) -> Times:
    """Return times, however old.

    Args:
        column: Timestamps, dates, or RFC 3339 texts; None for no column.
        count: Number of rows.

    Raises:
        UsageError: They are something else.
    """
    none = np.zeros(count, bool)
    if column is None or pa.types.is_null(column.type):
        return Times(np.full(count, UNKNOWN_TIME, np.int64), none, none)
    column = plain(column)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    there = ~column.is_null().to_numpy(zero_copy_only=False)
    try:
        if pa.types.is_integer(column.type):
            raise pa.ArrowTypeError(f"{column.type} has no unit")
        moments = _text_moments(column) if is_text(column.type) else _moments(column)
    except pa.ArrowException as error:
        raise UsageError(
            f"`datetime` cannot be read: {first_line(error)}",
            hint="write timestamps in UTC, dates, or RFC 3339 texts",
        ) from error
    known = ~moments.is_null().to_numpy(zero_copy_only=False)
    values = np.asarray(moments.fill_null(UNKNOWN_TIME).to_numpy(zero_copy_only=False))
    beyond = known & ((values < _FIRST_MS) | (values > _LAST_MS))
    return Times(values, there & ~known, beyond)


def _moments(column: Any) -> Any:
    """Return timestamps and dates in milliseconds; one without a zone is in UTC."""
    return column.cast(pa.timestamp("ms", "UTC"), safe=False).cast(pa.int64())


def _text_moments(column: Any) -> Any:
    """Return RFC 3339 texts in milliseconds, null for what is none: a zone cannot be guessed."""
    whole = _rfc3339(column.cast(pa.string()))
    try:
        return _moments(whole)
    except pa.ArrowInvalid:
        found = {}
        for text in whole.unique().to_pylist():
            with suppress(pa.ArrowInvalid):
                found[text] = _moments(pa.array([text], pa.string()))[0].as_py()
        return pa.array([found.get(text) for text in whole.to_pylist()], pa.int64())


def _rfc3339(column: Any) -> Any:
    """Return texts as Arrow reads them: T and Z, at most milliseconds, a day as its midnight."""
    column = pc.utf8_trim_whitespace(pc.utf8_upper(column))
    column = pc.replace_substring_regex(column, r"(\.\d{3})\d+", r"\1")
    return pc.replace_substring_regex(column, r"^(\d{4}-\d\d-\d\d)$", r"\1T00:00:00Z")


def directions(column: Any, dim: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return vectors float32 [n, dim] of unit length, and which rows have one, bool [n].

    One whose length is not ``dim`` is not usable.
    """
    sizes = lengths(column)
    there = sizes == dim
    whole = column if there.all() else column.filter(pa.array(there))
    numbers = whole.flatten().to_numpy(zero_copy_only=False)
    vectors = np.zeros((len(there), dim), np.float32)
    usable = there.copy()
    vectors[there], usable[there] = _unit(numbers.reshape(-1, dim))
    return vectors, usable


def _unit(numbers: NDArray[np.floating[Any]]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return rows [n, dim] as float32 of unit length, and which have a direction, bool [n]."""
    with np.errstate(over="ignore", invalid="ignore"):
        vectors = numbers.astype(np.float32)
        lengths = np.sqrt(np.einsum("nd,nd->n", vectors, vectors, dtype=np.float64))
    usable = (lengths > _PLAIN_LENGTHS[0]) & (lengths < _PLAIN_LENGTHS[1])
    vectors /= np.where(usable, lengths, 1)[:, None].astype(np.float32)
    for row in np.flatnonzero(~usable):
        exact = numbers[row].astype(np.float64)
        largest = np.abs(exact).max()
        if np.isfinite(largest) and largest > 0:
            exact /= largest
            vectors[row], usable[row] = exact / np.linalg.norm(exact), True
    return vectors, usable


def lengths(column: Any) -> NDArray[np.integer[Any]]:
    """Return how many numbers each vector [n] has; 0 for a missing one."""
    found = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    return np.asarray(found)


def plain(column: Any) -> Any:
    """Return a column in the type that it is stored in, not as a view of it."""
    column = column.storage if isinstance(column, pa.ExtensionArray) else column
    if pa.types.is_binary_view(column.type):
        return column.cast(pa.large_binary())
    return column


def is_text(kind: Any) -> bool:
    """Return whether values of a type are texts."""
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def is_binary(kind: Any) -> bool:
    """Return whether values of a type are bytes, of any length."""
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    )
