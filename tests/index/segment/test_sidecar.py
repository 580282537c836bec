"""A stranger's sidecar is tables and nothing that is computed when it is asked."""

import shutil
from pathlib import Path

import duckdb
import pytest
from support.indexes.sealing import reseal
from support.small_index import build

from geosearch.errors import IndexFolderError
from geosearch.index import open_index, verify

ENDLESS = """
CREATE VIEW scenes AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
SELECT s.* FROM kept s, n
"""
COMPUTED = "CREATE TABLE scenes (id VARCHAR, href VARCHAR GENERATED ALWAYS AS (repeat(id, 1000)))"


@pytest.mark.parametrize("statement", [ENDLESS, COMPUTED])
def test_a_view_or_a_computed_column_is_damage(tmp_path: Path, statement: str) -> None:
    build(tmp_path / "index")
    for sidecar in (tmp_path / "index").glob("segments/*/chips.duckdb"):
        shutil.copy(sidecar, tmp_path / "edited")
        with duckdb.connect(str(tmp_path / "edited")) as connection:
            connection.execute("CREATE TABLE kept AS FROM scenes; DROP TABLE scenes")
            connection.execute(statement)
            connection.execute("CHECKPOINT")
        shutil.copy(tmp_path / "edited", sidecar)
    reseal(tmp_path / "index")
    with pytest.raises(IndexFolderError, match="does not hold the tables"):
        _ = open_index(tmp_path / "index").scenes
    assert verify(tmp_path / "index")
