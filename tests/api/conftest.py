"""Small indexes that questions are asked of."""

from dataclasses import replace

import numpy as np
import pytest
from support.small_index import SPEC, build, chips, record

import geosearch
from geosearch.encoders import load_encoder
from geosearch.index import IndexWriter


@pytest.fixture(scope="module")
def unknown(tmp_path_factory: pytest.TempPathFactory) -> geosearch.Index:
    """An index of an encoder that nobody has."""
    folder = tmp_path_factory.mktemp("search") / "unknown"
    build(folder)
    return geosearch.open(folder)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> geosearch.Index:
    mini = load_encoder("mini")
    spec = replace(SPEC, encoder="mini", fingerprint=mini.fingerprint, dim=mini.dim)
    vectors = np.random.default_rng(0).normal(size=(100, mini.dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    folder = tmp_path_factory.mktemp("search") / "spoken"
    with IndexWriter(folder, spec) as writer:
        writer.stage(record(0), replace(chips(0), vectors=vectors))
        writer.publish()
    return geosearch.open(folder)
