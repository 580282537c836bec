"""Small indexes that commands ask."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.small_index import SPEC, build, chips, record

from geosearch.encoders import load_encoder
from geosearch.index import IndexWriter

TEXTS = ["a river", "a lake among hills", "tennis court between two white buildings"]


@pytest.fixture(scope="module")
def unknown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of an encoder that nobody has."""
    folder = tmp_path_factory.mktemp("query") / "unknown"
    build(folder)
    return folder


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of `mini` in which a chip for each text lies exactly where the text does."""
    mini = load_encoder("mini")
    spec = replace(SPEC, encoder="mini", fingerprint=mini.fingerprint, dim=mini.dim)
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(100, mini.dim)).astype(np.float32)
    vectors[: len(TEXTS)] = mini.encode_texts(TEXTS)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    folder = tmp_path_factory.mktemp("query") / "spoken"
    with IndexWriter(folder, spec) as writer:
        writer.stage(record(0), replace(chips(0), vectors=vectors))
        writer.publish()
    return folder
