"""A table of vectors, and an index of it."""

from pathlib import Path

import pytest
from support.vector_files import columns_of, write

import geosearch


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "rows.parquet", columns_of(200))


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imported")
    geosearch.import_vectors([write(folder / "rows.parquet", columns_of(200))], folder / "index")
    return folder / "index"
