"""STAC Items of a GeoParquet file, one per row (stac-geoparquet 1.0 and 1.1).

An Item's properties are columns there, its assets a struct, a map, or JSON. Only the columns that
tell where its pixels are, what they show and when are read, some rows at a time.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from geosearch.errors import Refusal, SceneError, first_line
from geosearch.message import Message
from geosearch.regular_file import remedy
from geosearch.scenes.places.fetching import open_document
from geosearch.scenes.places.remote import without_secrets

_MAX_ROWS = 1_000_000
_BATCH_ROWS = 256
_MAX_GROUP_BYTES = 1 << 30
"""Uncompressed, of the columns that are read of a row group: they may all be held at once."""
_MAX_BATCH_BYTES = 4 << 30
_MAX_JSON = 1 << 20
_MAX_FETCHED_BYTES = 2 << 30
_HINT = "check what it holds; STAC Items are also read as JSON"
_PROPERTIES = ("datetime", "start_datetime", "platform", "constellation", "instruments")
_OF_ASSETS = {"href", "type", "roles", "eo:bands", "bands", "key"}
"""Fields of an asset that are read; a map has its keys in a column of their own."""


def is_item_table(path: str) -> bool:
    """Return whether a file holds items in rows, by its name."""
    return path.partition("?")[0].lower().endswith((".parquet", ".geoparquet"))


def read_item_table(path: str, refused: list[Refusal]) -> Iterator[Mapping[str, Any]]:
    """Yield the Items of a GeoParquet file as their JSON objects, as far as they are read.

    Args:
        path: A local file, an object in S3, or a file on a web server.
        refused: Gets the rows that cannot be read.

    Raises:
        SceneError: It is not such a file, or too large.
    """
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        with (
            open_document(path, _MAX_FETCHED_BYTES) as source,
            ParquetFile(source, pre_buffer=False) as table,
        ):
            columns, at_once = _columns(table)
            number = 0
            for batch in table.iter_batches(at_once, columns=columns, use_threads=False):
                for row in _rows(batch, path, number, refused):
                    yield _item(row)
                number += len(batch)
    except SceneError:
        raise
    except OSError as error:
        hint = remedy(error, _HINT)
        raise SceneError(f"it cannot be read as Parquet: {_reason(error)}", hint=hint) from error
    except (pyarrow.ArrowException, ValueError, OverflowError) as error:
        reason = f"it cannot be read as Parquet: {first_line(error)}"
        raise SceneError(reason, hint=_HINT) from error


def _reason(error: OSError) -> str:
    return error.strerror or first_line(error)


def _rows(batch: Any, path: str, first: int, refused: list[Refusal]) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a batch; one that cannot be read, such as Latin-1, costs itself only."""
    import pyarrow

    try:
        yield from batch.cast(_readable(batch.schema), safe=False).to_pylist()
    except (pyarrow.ArrowException, ValueError, OverflowError) as error:
        if len(batch) > 1:
            for at in range(len(batch)):
                yield from _rows(batch.slice(at, 1), path, first + at, refused)
            return
        place = f"{without_secrets(path)}, row {first}"
        refused.append(Refusal(place, f"it cannot be read: {first_line(error)}", _HINT))


def _columns(table: Any) -> tuple[list[str], int]:
    """Return the paths of the columns to read, and the number of rows to read at a time."""
    names = set(table.schema_arrow.names)
    missing = {"id", "assets"} - names
    if missing:
        hint = "give GeoParquet as stac-geoparquet writes it, or the scenes themselves"
        if "vector" in names:
            hint = Message(
                'it holds vectors: `geosearch.import_vectors("FILE")` puts them into an index'
            )
        raise SceneError(
            f"it holds no STAC Items: it has no column {' and '.join(sorted(missing))}", hint=hint
        )
    if table.metadata.num_rows > _MAX_ROWS:
        raise SceneError(
            f"it holds {table.metadata.num_rows:,} Items, more than {_MAX_ROWS:,}",
            hint="split it into parts",
        )
    paths = [table.schema.column(at).path for at in range(len(table.schema))]
    wanted = [at for at, path in enumerate(paths) if _is_wanted(path)]
    groups = [table.metadata.row_group(at) for at in range(table.metadata.num_row_groups)]
    parts = [[group.column(at) for at in wanted] for group in groups]
    largest = max((sum(one.total_uncompressed_size for one in part) for part in parts), default=0)
    if largest > _MAX_GROUP_BYTES:
        raise SceneError(
            f"a row group of it takes {largest / 2**30:.1f} GiB",
            hint="write it again in row groups of about 10,000 Items",
        )
    # each row may repeat what a dictionary holds once, which may be all there is
    shared = max(
        (sum(c.total_uncompressed_size for c in part if c.has_dictionary_page) for part in parts),
        default=0,
    )
    at_once = min(_BATCH_ROWS, _MAX_BATCH_BYTES // max(shared, 1))
    return [paths[at] for at in wanted], max(at_once, 1)


def _is_wanted(path: str) -> bool:
    first, *rest = path.split(".")
    if first == "assets":
        return not rest or bool(_OF_ASSETS.intersection(rest))
    return first in {"id", "collection", *_PROPERTIES}


def _readable(schema: Any) -> Any:
    """Return a schema whose times are whole seconds: Python's have no nanoseconds."""
    import pyarrow

    fields = [
        field.with_type(pyarrow.timestamp("s", field.type.tz))
        if pyarrow.types.is_timestamp(field.type)
        else field
        for field in schema
    ]
    return pyarrow.schema(fields)


def _item(row: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = {name: _text(row.get(name)) for name in _PROPERTIES}
    return {
        "id": row["id"],
        "collection": row.get("collection"),
        "properties": properties,
        "assets": _assets(row["assets"]),
    }


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _assets(value: Any) -> dict[str, Any]:
    """Return assets by their keys; a column that all rows share has nothing where one has none."""
    if isinstance(value, str | bytes):
        value = _parsed(value)
    pairs = list(value.items()) if isinstance(value, dict) else value
    return {
        str(pair[0]): pair[1]
        for pair in (pairs if isinstance(pairs, list) else [])
        if isinstance(pair, tuple) and isinstance(pair[1], dict) and pair[1].get("href")
    }


def _parsed(text: str | bytes) -> object:
    try:
        found = json.loads(text) if len(text) <= _MAX_JSON else None
    except (ValueError, RecursionError):
        return None  # an Item without assets, which is said
    return found if isinstance(found, dict) else None
