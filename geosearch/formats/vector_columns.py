"""Columns of a table of vectors as arrays: ids, shapes, times and directions.

What a single row has wrong makes only that row unusable; what all rows have wrong is an error.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geosearch.errors import UsageError, first_line

UNKNOWN_TIME = int(np.iinfo(np.int64).min)
_FIRST_MS, _LAST_MS = -62_135_596_800_000, 253_402_300_799_999
"""From year 1 to 9999, as RFC 3339 can write them."""
_PLAIN_LENGTHS = (1e-30, 1e30)
"""Between them, neither a 32-bit length nor what it divides leaves the range of such numbers."""


def texts(column: Any) -> Any:
    """Return ids as an array of strings; an empty one is none.

    Raises:
        UsageError: They are no texts and no numbers.
    """
    try:
        ids = _stored(column).cast(pa.string())
    except pa.ArrowException as error:
        raise UsageError(
            f"`id` of type {column.type} cannot be read as text: {first_line(error)}",
            hint="write ids as texts or whole numbers",
        ) from error
    return pc.if_else(pc.equal(ids, ""), pa.scalar(None, pa.string()), ids)


def shapes(column: Any) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return geometries [n] from WKB, and which of them lie on the Earth, bool [n]."""
    found = _from_wkb(_stored(column).to_numpy(zero_copy_only=False))
    broken = np.flatnonzero(~shapely.is_missing(found) & ~shapely.is_valid(found))
    # GEOS repairs nothing that has a NaN or an infinity among its coordinates
    finite = [bool(np.isfinite(shapely.get_coordinates(one)).all()) for one in found[broken]]
    mended = np.asarray(finite, dtype=bool)
    found[broken[~mended]] = None
    found[broken[mended]] = shapely.make_valid(found[broken[mended]])
    west, south, east, north = shapely.bounds(found).reshape(-1, 4).T
    # comparisons with NaN, the bounds of what is missing or empty, are false
    inside = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    return found, np.asarray(inside)


def _from_wkb(data: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return plane geometries; None for what is none, or has curves."""
    with np.errstate(invalid="ignore"):
        try:
            found = shapely.from_wkb(data, on_invalid="ignore")
        except NotImplementedError:  # of a curve, whatever else there is
            found = np.array([_straight(one) for one in data] or [None], dtype=object)[: len(data)]
        return np.array(shapely.force_2d(found), dtype=object)


def _straight(data: bytes | None) -> Any:
    try:
        return shapely.from_wkb(data, on_invalid="ignore")
    except NotImplementedError:
        return None


def times(column: Any | None, count: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return milliseconds since 1970 int64 [n], and which can be written as dates, bool [n].

    Args:
        column: Timestamps, dates, or RFC 3339 texts; None for no column.
        count: How many rows there are.

    Raises:
        UsageError: They are something else.
    """
    if column is None or pa.types.is_null(column.type):
        return np.full(count, UNKNOWN_TIME, np.int64), np.ones(count, bool)
    column = _stored(column)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        if pa.types.is_integer(column.type):
            raise pa.ArrowTypeError(f"{column.type} says no unit")
        if _is_text(column.type):
            column = _rfc3339(column.cast(pa.string()))
        # a text without a zone cannot be meant; a timestamp without one is UTC
        moments = column.cast(pa.timestamp("ms", "UTC"), safe=False).cast(pa.int64())
    except pa.ArrowException as error:
        raise UsageError(
            f"`datetime` cannot be read: {first_line(error)}",
            hint="write timestamps in UTC, dates, or RFC 3339 texts",
        ) from error
    known = ~moments.is_null().to_numpy(zero_copy_only=False)
    values = np.asarray(moments.fill_null(UNKNOWN_TIME).to_numpy(zero_copy_only=False))
    return values, ~known | ((values >= _FIRST_MS) & (values <= _LAST_MS))


def _rfc3339(column: Any) -> Any:
    """Return texts as Arrow reads them: T and Z, at most milliseconds, a day as its midnight."""
    column = pc.utf8_upper(column)
    column = pc.replace_substring_regex(column, r"(\.\d{3})\d+", r"\1")
    return pc.replace_substring_regex(column, r"^(\d{4}-\d\d-\d\d)$", r"\1T00:00:00Z")


def directions(column: Any, dim: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return vectors float32 [n, dim] of unit length, and which rows have one, bool [n].

    Raises:
        UsageError: One has another length than ``dim``; an empty one is none.
    """
    sizes = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    odd = (sizes != dim) & (sizes != 0)
    if odd.any():
        raise UsageError(
            f"vectors of other lengths than {dim}, such as {sizes[odd][0]}",
            hint="write all vectors with as many numbers",
        )
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


def _stored(column: Any) -> Any:
    """Return a column in the type that it is stored in, not as a view of it."""
    column = column.storage if isinstance(column, pa.ExtensionArray) else column
    if pa.types.is_binary_view(column.type):
        return column.cast(pa.large_binary())
    return column


def _is_text(kind: Any) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )
