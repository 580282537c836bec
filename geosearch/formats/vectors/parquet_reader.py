"""GeoParquet of vectors, read: one row per chip, with its id, footprint, time and vector.

Columns ``id``, ``geometry`` (WKB, in any CRS that the file states), ``datetime`` (may be missing)
and ``vector`` (a list of floats of 16, 32 or 64 bits). Other columns are not read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from geosearch.errors import UsageError, first_line
from geosearch.formats.vectors.columns import (
    directions,
    is_binary,
    lengths,
    plain,
    texts,
    times,
)
from geosearch.formats.vectors.footprints import footprints
from geosearch.formats.vectors.geometry_column import geometry_column, json_object
from geosearch.regular_file import remedy, require_regular
from geosearch.text import shown

BATCH_ROWS = 1 << 16
OWN = b"geosearch"
"""Key of the file's metadata that says how its vectors were made."""

_MAX_DIM = 1 << 16
_LENGTHS_AT_ONCE = 1024
_BUFFER_BYTES = 1 << 20
_BATCH_BYTES = 32 << 20
"""Maximum size of a batch's vectors as they are in the file."""
_COLUMNS_HINT = (
    "it needs the columns `id`, `geometry` (WKB) and `vector` (fixed-size lists of float16 or "
    "float32); `datetime` is optional"
)


@dataclass(frozen=True, slots=True)
class VectorRows:
    """Some rows of a file, without those that cannot be used."""

    first: int
    """Number of the first row in the file, those left out counted."""
    count: int
    """Number of rows of the file that these come from."""
    numbers: NDArray[np.int64]
    """[m], each row's number in the file."""
    ids: NDArray[np.object_]
    """[m], str."""
    footprints: NDArray[np.object_]
    """[m], EPSG:4326."""
    time_ms: NDArray[np.int64]
    """[m], milliseconds since 1970; the minimum int64 where it is unknown."""
    vectors: NDArray[np.float32]
    """[m, dim], of unit length."""
    left_out: dict[str, NDArray[np.int64]]
    """Fault to the numbers of the rows that have it, in the file."""
    long_way: NDArray[np.int64]
    """Numbers of the usable rows with an edge longer than 180 degrees."""


def file_state(path: Path) -> str:
    """Return a text that changes when a file does.

    Raises:
        OSError: It is not there.
    """
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}"


class VectorFile:
    """An open file of vectors."""

    def __init__(self, path: str | Path) -> None:
        """Open it and look at its columns.

        Raises:
            UsageError: It is not a Parquet file of vectors.
        """
        self.path = Path(path)
        self.name = shown(path)
        """What to call it in a message."""
        try:
            require_regular(self.path)
            self.state = file_state(self.path)
            """What changes when the file does, from before it was opened."""
            # page by page: a row group, which may be the whole file, need not fit into memory
            self._file: Any = pq.ParquetFile(
                self.path, memory_map=False, buffer_size=_BUFFER_BYTES, pre_buffer=False
            )
            self._schema = self._file.schema_arrow
        except pa.ArrowException as error:
            raise self._not_parquet(error) from error
        except OSError as error:
            if error.strerror is None:  # Arrow's own
                raise self._not_parquet(error) from error
            raise UsageError(
                f"{self.name} cannot be opened: {error.strerror}",
                hint=remedy(error, "give the path of a GeoParquet file"),
                parameter="files",
            ) from error
        self.rows: int = self._file.metadata.num_rows
        with self._named():
            self._require_columns()
            self._geometry = geometry_column(self._schema, self._file.schema)
            self._require_wkb()
        self.notes = tuple(f"{self.name} {note}" for note in self._geometry.notes)
        """What the user should know of how it is read, one line each."""
        self.metadata = self._own_metadata()
        """How the vectors were made, as geosearch wrote it; empty in other files."""
        self.dim = self._dim()
        """Length of a vector."""
        bits = _storage(self._schema.field("vector").type).value_type.bit_width
        self.batch_rows = max(min(BATCH_ROWS, _BATCH_BYTES * 8 // (bits * self.dim)), 1)
        """Maximum number of rows that `batches` yields at a time."""

    def _not_parquet(self, error: BaseException) -> UsageError:
        return UsageError(
            f"{self.name} cannot be read as Parquet: {shown(first_line(error))}",
            hint=_COLUMNS_HINT,
            parameter="files",
        )

    def __enter__(self) -> "VectorFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def batches(self) -> Iterator[VectorRows]:
        """Yield all rows, in order, some thousands or tens of thousands at a time.

        Raises:
            UsageError: It is damaged, or a column of it cannot be read.
        """
        names = ("id", self._geometry.name, "datetime", "vector")
        wanted = [n for n in dict.fromkeys(names) if n in self._schema.names]
        first = 0
        with self._reading():
            for batch in self._file.iter_batches(self.batch_rows, columns=wanted, use_threads=True):
                yield self._rows_of(batch, first)
                first += batch.num_rows

    def require_unique_ids(self) -> None:
        """Refuse a file in which several rows have the same id.

        Raises:
            UsageError: Two rows have the same id, or the file is damaged.
        """
        with self._reading():
            column = self._file.read(columns=["id"]).column("id").combine_chunks()
            ids = texts(column, uuids=self._has_uuids)[0].drop_null()
        if pc.count_distinct(ids).as_py() == len(ids):
            return
        counts = pc.value_counts(ids)
        repeated = counts.filter(pc.greater(counts.field("counts"), 1)).field("values")
        raise UsageError(
            f"{self.name} contains duplicate id '{shown(repeated[0].as_py())}'",
            hint="give each row an id of its own",
            parameter="files",
        )

    @property
    def _has_uuids(self) -> bool:
        columns = map(self._file.schema.column, range(len(self._file.schema)))
        return any(one.path == "id" and one.logical_type.type == "UUID" for one in columns)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Name the file in errors."""
        try:
            yield
        except UsageError as error:
            raise UsageError(
                f"{self.name}: {error.message}", hint=error.hint, parameter="files"
            ) from error

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Name the file in errors, and raise those of Arrow as ours."""
        try:
            with self._named():
                yield
        except (OSError, pa.ArrowException) as error:
            raise UsageError(
                f"{self.name} cannot be read: {shown(first_line(error))}",
                hint="write the file again",
                parameter="files",
            ) from error

    def _require_columns(self) -> None:
        missing = [n for n in ("id", "vector") if n not in self._schema.names]
        if missing:
            raise UsageError(
                f"it has no column {missing[0]!r}", hint=_COLUMNS_HINT, parameter="files"
            )
        kind = _storage(self._schema.field("vector").type)
        if not _is_list(kind) or not pa.types.is_floating(kind.value_type):
            raise UsageError(
                f"it has vectors of type {kind}", hint=_COLUMNS_HINT, parameter="files"
            )

    def _require_wkb(self) -> None:
        kind = _storage(self._schema.field(self._geometry.name).type)
        if not is_binary(kind):
            raise UsageError(
                f"it has geometries of type {kind}", hint=_COLUMNS_HINT, parameter="files"
            )

    def _own_metadata(self) -> dict[str, Any]:
        return json_object((self._schema.metadata or {}).get(OWN))

    def _dim(self) -> int:
        kind = _storage(self._schema.field("vector").type)
        if pa.types.is_fixed_size_list(kind):
            dim = int(kind.list_size)
        else:
            with self._reading():
                dim = self._first_length()
        if not 1 <= dim <= _MAX_DIM:
            raise UsageError(
                f"{self.name} has vectors of {dim} numbers", hint=_COLUMNS_HINT, parameter="files"
            )
        return dim

    def _first_length(self) -> int:
        """Return the commonest length of the first vectors that are not empty."""
        for batch in self._file.iter_batches(_LENGTHS_AT_ONCE, columns=["vector"]):
            found = lengths(plain(batch.column(0)))
            if found.any():
                values, counts = np.unique(found[found > 0], return_counts=True)
                return int(values[counts.argmax()])
        return 0

    def _rows_of(self, batch: Any, first: int) -> VectorRows:
        columns = {name: batch.column(name) for name in batch.schema.names}
        ids, unreadable = texts(columns["id"], uuids=self._has_uuids)
        vectors, usable = directions(plain(columns["vector"]), self.dim)
        sizes = lengths(plain(columns["vector"]))
        data = plain(columns[self._geometry.name]).to_numpy(zero_copy_only=False)
        places = footprints(data, self._geometry)
        found = times(columns.get("datetime"), len(ids))
        wrong = {
            "an id that is not UTF-8 text": unreadable,
            "no id": ids.is_null().to_numpy(zero_copy_only=False),
            f"a vector whose length is not {self.dim}": (sizes != self.dim) & (sizes != 0),
            "no vector of finite numbers, or one of zeros": ~usable,
            **places.wrong,
            "a `datetime` that is not a date or an RFC 3339 text": found.unreadable,
            "a `datetime` before year 1 or after 9999": found.beyond,
        }
        good, left_out = np.ones(len(ids), bool), {}
        for reason, has in wrong.items():
            if (good & has).any():
                left_out[reason] = first + np.flatnonzero(good & has)
            good &= ~has
        return VectorRows(
            first=first,
            count=len(ids),
            numbers=first + np.flatnonzero(good),
            ids=ids.to_numpy(zero_copy_only=False)[good],
            footprints=places.shapes[good],
            time_ms=found.time_ms[good],
            vectors=vectors[good],
            left_out=left_out,
            long_way=first + np.flatnonzero(good & places.long_way),
        )


def _storage(kind: Any) -> Any:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _is_list(kind: Any) -> bool:
    return bool(
        pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind) or pa.types.is_large_list(kind)
    )
