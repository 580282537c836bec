"""Archives of arrays are bounded by their file, and whatever else they are is damage of it."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geosearch.errors import IndexFolderError
from geosearch.index.files.npz import arrays_in, read_array


def read(path: Path) -> dict[str, np.ndarray]:
    with arrays_in(path) as stored:
        return {name: stored[name] for name in stored.files}


def header(shape: tuple[int, ...], kind: str = "<f4") -> bytes:
    file = BytesIO()
    described = {"descr": kind, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, described)
    return file.getvalue()


def test_arrays_come_back(tmp_path: Path) -> None:
    arrays: dict[str, Any] = {"a": np.arange(5), "b": np.ones((2, 3), np.float16)}
    np.savez(tmp_path / "x.npz", **arrays)
    for name, array in read(tmp_path / "x.npz").items():
        np.testing.assert_array_equal(array, arrays[name])


@pytest.mark.parametrize("shape", [(10**12,), (10**9,), (10**30,), (2**40, 2**40), (-1,)])
def test_an_array_that_claims_more_than_there_is_is_damage(
    tmp_path: Path, shape: tuple[int, ...]
) -> None:
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("a.npy", header(shape) + bytes(64))
    (tmp_path / "x.npy").write_bytes(header(shape) + bytes(64))
    with pytest.raises(IndexFolderError, match=r"x\.npz is damaged"):
        read(tmp_path / "x.npz")
    with pytest.raises(IndexFolderError, match=r"x\.npy is damaged"):
        read_array(tmp_path / "x.npy")


def test_an_archive_that_swells_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", header((10_000_000,)) + bytes(40_000_000))
    with pytest.raises(IndexFolderError, match="claims to hold more"):
        read(tmp_path / "x.npz")


def test_an_archive_that_claims_to_be_encrypted_is_damaged(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=np.arange(40))
    content = bytearray((tmp_path / "x.npz").read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 8] ^= 1  # general purpose flags, bit 0 (APPNOTE 4.4.4)
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(IndexFolderError, match="encrypted"):
        read(tmp_path / "x.npz")


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_flipped_byte_of_an_array_is_found(tmp_path: Path, data: st.DataObject) -> None:
    array = np.arange(40)
    np.savez(tmp_path / "x.npz", a=array)
    content = bytearray((tmp_path / "x.npz").read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    (tmp_path / "x.npz").write_bytes(content)
    try:
        found = read(tmp_path / "x.npz")
    except IndexFolderError:
        return
    assert set(found) != {"a"} or found["a"].tolist() == array.tolist()
