"""STAC Items of a GeoParquet file, one a row (stac-geoparquet 1.0 and 1.1).

An Item's properties are columns there, its assets a struct, a map, or JSON. Only the columns that
tell where its pixels are, what they show and when are read, some rows at a time.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from geosearch.errors import SceneError, first_line
from geosearch.scenes.fetching import opened

_MOST_ROWS = 1_000_000
_BATCH_ROWS = 256
_MOST_GROUP_BYTES = 1 << 30
"""Uncompressed, of the columns that are read of a row group: they may all be held at once."""
_MOST_JSON = 1 << 20
_MOST_FETCHED_BYTES = 2 << 30
_PROPERTIES = ("datetime", "start_datetime", "platform", "constellation", "instruments")
_OF_ASSETS = {"href", "type", "roles", "eo:bands", "bands", "key"}
"""Fields of an asset that are read; a map has its keys in a column of their own."""


def is_item_table(path: str) -> bool:
    """Return whether a file holds items in rows, by its name."""
    return path.partition("?")[0].lower().endswith((".parquet", ".geoparquet"))


def read_item_table(path: str) -> Iterator[Mapping[str, Any]]:
    """Yield the Items of a GeoParquet file as their JSON objects, as far as they are read.

    Args:
        path: A local file, an object in S3, or a file on a web server.

    Raises:
        SceneError: It is no such file, or too large.
    """
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        with (
            opened(path, _MOST_FETCHED_BYTES) as source,
            ParquetFile(source, pre_buffer=False) as table,
        ):
            columns = _columns(table)
            for batch in table.iter_batches(_BATCH_ROWS, columns=columns, use_threads=False):
                for row in batch.cast(_readable(batch.schema), safe=False).to_pylist():
                    yield _item(row)
    except SceneError:
        raise
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise SceneError(
            f"it cannot be read as Parquet: {first_line(error)}",
            hint="check what it holds; STAC Items are also read as JSON",
        ) from error


def _columns(table: Any) -> list[str]:
    """Return the paths of the columns to read."""
    names = set(table.schema_arrow.names)
    missing = {"id", "assets"} - names
    if missing:
        raise SceneError(
            f"it holds no STAC Items: it has no column {' and '.join(sorted(missing))}",
            hint="give GeoParquet as stac-geoparquet writes it, or the scenes themselves",
        )
    if table.metadata.num_rows > _MOST_ROWS:
        raise SceneError(
            f"it holds {table.metadata.num_rows:,} Items, more than {_MOST_ROWS:,}",
            hint="split it into parts",
        )
    paths = [table.schema.column(at).path for at in range(len(table.schema))]
    wanted = [at for at, path in enumerate(paths) if _is_wanted(path)]
    groups = (table.metadata.row_group(at) for at in range(table.metadata.num_row_groups))
    largest = max(
        (sum(group.column(at).total_uncompressed_size for at in wanted) for group in groups),
        default=0,
    )
    if largest > _MOST_GROUP_BYTES:
        raise SceneError(
            f"a row group of it takes {largest / 2**30:.1f} GiB",
            hint="write it anew in row groups of some 10,000 Items",
        )
    return [paths[at] for at in wanted]


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
    pairs = value.items() if isinstance(value, dict) else value or ()
    return {
        str(key): asset for key, asset in pairs if isinstance(asset, dict) and asset.get("href")
    }


def _parsed(text: str | bytes) -> object:
    try:
        found = json.loads(text) if len(text) <= _MOST_JSON else None
    except (ValueError, RecursionError):
        return None  # an Item without assets, which is said
    return found if isinstance(found, dict) else None
