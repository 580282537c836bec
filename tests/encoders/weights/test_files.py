"""A file's hash is its content's, and is not computed twice."""

import hashlib
import os
from pathlib import Path

import pytest

from geosearch.encoders.weights.files import file_hash
from geosearch.errors import WeightsError


def test_a_hash_follows_the_content(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    for content in (b"one", b"two"):
        path.write_bytes(content)
        os.utime(path, ns=(0, content[0]))
        assert file_hash(path) == hashlib.sha256(content).hexdigest()


def test_a_hash_that_the_hubs_cache_states_is_taken(tmp_path: Path) -> None:
    stated = "0123456789abcdef" * 4
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / stated).write_bytes(b"many gigabytes")
    (tmp_path / "weights.pt").symlink_to(tmp_path / "blobs" / stated)
    assert file_hash(tmp_path / "weights.pt") == stated


def test_a_missing_file_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot read") as caught:
        file_hash(tmp_path / "missing")
    assert "`weights`" in caught.value.hint
