"""What is exported is GeoParquet, and can be imported again."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from support.vector_files import (
    DIM,
    vectors_of,
)

import geosearch
from geosearch.index import open_index
from geosearch.search import search


def test_what_is_exported_is_imported_as_it_was(imported: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    assert geosearch.export_vectors(out, imported) == 200
    geosearch.import_vectors([out], tmp_path / "again")
    query = vectors_of(1, seed=9)[0]
    query /= np.linalg.norm(query)
    before, _ = search(open_index(imported), query, k=200)
    after, _ = search(open_index(tmp_path / "again"), query, k=200)
    assert [(hit.id, hit.datetime) for hit in after] == [(hit.id, hit.datetime) for hit in before]
    np.testing.assert_allclose(
        [hit.score for hit in after], [hit.score for hit in before], atol=1e-3
    )


def test_an_export_of_a_place_holds_what_meets_it(imported: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    count = geosearch.export_vectors(out, imported, bbox="0.9,0,3.5,0.5")
    ids = set(pq.read_table(out).column("id").to_pylist())
    assert ids == {f"chip {at}" for at in (1, 2, 3)}
    assert count == 3


def test_an_export_is_geoparquet(imported: Path, tmp_path: Path) -> None:
    """By the specification, version 1.1: metadata, and a covering that a reader can filter by."""
    out = tmp_path / "out.parquet"
    geosearch.export_vectors(out, imported)
    table = pq.read_table(out)
    geo = json.loads(table.schema.metadata[b"geo"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    covering = geo["columns"]["geometry"]["covering"]["bbox"]
    assert covering["xmin"] == ["bbox", "xmin"]
    shapes = shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False))
    xmin = table.column("bbox").combine_chunks().field("xmin").to_numpy()
    np.testing.assert_array_equal(shapely.bounds(shapes)[:, 0], xmin)
    assert table.schema.field("vector").type == pa.list_(pa.float16(), DIM)
