"""Checkpoints are read as plain tensors, or refused."""

import contextlib
import json
import os
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.encoders.mini import weights as mini_weights
from geosearch.encoders.weights.checkpoint import read_state_dict
from geosearch.encoders.weights.files import file_hash
from geosearch.errors import WeightsError


class _Runs:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def hostile(path: Path, kind: str) -> Path:
    """Write weights as an attacker or a broken disk leaves them."""
    mark = path.with_name("ran")
    content = {
        "runs code": pickle.dumps(_Runs(mark)),
        "runs code inside": pickle.dumps({"a": _Runs(mark)}),
        "empty": b"",
        "no opcodes": b"\x80\x02.",
        "pops nothing": b"\x80\x020000.",
        "unknown memo": b"\x80\x02h\x63.",
        "endless text": b"\x80\x04\x8d" + struct.pack("<Q", 2**62),
        "long number": b"\x80\x02\x8b" + struct.pack("<i", -5) + b"x",
        "bad utf-8": b"\x80\x02X\x02\0\0\0\xff\xfe.",
        "not a class": b"\x80\x02cos\nsystem\n(U\x04trueR.",
        "claims length": struct.pack("<Q", 2**63) + b"{",
        "nested json": struct.pack("<Q", 200_000) + b"{" + b'"a":{' * 40_000,
        "claims tensor": _safetensors({"a": {"dtype": "F32", "shape": [10**12],
                                             "data_offsets": [0, 4 * 10**12]}}),
        "no offsets": _safetensors({"a": {"dtype": "F32", "shape": [1]}}),
        "unknown type": _safetensors({"a": {"dtype": "X9", "shape": [], "data_offsets": [0, 0]}}),
        "zip of nothing": b"PK\x03\x04" + bytes(100),
    }[kind]  # fmt: skip
    path.write_bytes(content)
    return path


def _safetensors(header: dict[str, Any]) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text


KINDS = ["runs code", "runs code inside", "empty", "no opcodes", "pops nothing", "unknown memo",
         "endless text", "long number", "bad utf-8", "not a class", "claims length", "nested json",
         "claims tensor", "no offsets", "unknown type", "zip of nothing"]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", ["pt", "safetensors"])
def test_hostile_weights_are_refused_and_run_nothing(
    kind: str, ending: str, tmp_path: Path
) -> None:
    path = hostile(tmp_path / f"weights.{ending}", kind)
    for read in (read_state_dict, mini_weights.read):
        with pytest.raises(WeightsError) as caught:
            read(path)
        assert caught.value.hint
    assert not (tmp_path / "ran").exists()


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@settings(deadline=None)
@given(data=st.data(), is_zipped=st.booleans())
def test_a_damaged_checkpoint_is_refused_or_read(
    data: st.DataObject, is_zipped: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.pt"
    state = {"a.weight": torch.arange(6.0).reshape(2, 3), "b": torch.ones(2, dtype=torch.int8)}
    torch.save(state, path, _use_new_zipfile_serialization=is_zipped)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with contextlib.suppress(WeightsError):
        read_state_dict(path)


def test_a_pipe_instead_of_weights_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "w.pt")
    for path in (tmp_path / "w.pt", Path("/dev/zero"), tmp_path):
        for read in (read_state_dict, file_hash, mini_weights.read):
            with pytest.raises(WeightsError, match="not a file"):
                read(path)
