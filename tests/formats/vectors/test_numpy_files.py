"""Vectors of files are read, or refused; a stranger's file runs nothing."""

import contextlib
import io
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.errors import UsageError
from geosearch.formats import read_vectors


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(8,), (1, 8), (3, 8)])
def test_an_npy_file_gives_its_array_as_it_is(
    tmp_path: Path, kind: type[np.floating[Any]], shape: tuple[int, ...]
) -> None:
    stored: np.ndarray = np.arange(1, 1 + np.prod(shape)).reshape(shape).astype(kind)
    np.save(tmp_path / "v.npy", stored)
    asked = read_vectors(tmp_path / "v.npy")
    assert asked.vectors.dtype == kind
    assert (asked.vectors == np.atleast_2d(stored)).all()
    assert asked.names == (["v.npy[0]", "v.npy[1]", "v.npy[2]"] if shape == (3, 8) else ["v.npy"])


def test_an_npz_file_names_its_items(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", vectors=np.eye(2), items=np.array(["a", "b"]))
    asked = read_vectors(tmp_path / "v.npz")
    assert asked.vectors.tolist() == np.eye(2).tolist()
    assert asked.names == ["a", "b"]


def test_a_vector_without_a_direction_costs_no_other_one(tmp_path: Path) -> None:
    stored = np.eye(4, dtype=np.float32)
    stored[1, 2], stored[2] = np.nan, 0
    np.save(tmp_path / "v.npy", stored)
    asked = read_vectors(tmp_path / "v.npy")
    assert asked.names == ["v.npy[0]", "v.npy[3]"]
    assert (asked.vectors == stored[[0, 3]]).all()
    assert [one.input for one in asked.refused] == ["v.npy[1]", "v.npy[2]"]
    np.save(tmp_path / "v.npy", stored[1:3])
    with pytest.raises(UsageError, match=r"v\.npy\[0\] holds NaN"):
        read_vectors(tmp_path / "v.npy")


def test_items_that_cannot_be_printed_are_shown(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", vectors=np.eye(2), items=np.array(["a\x1b", "\ud83d lake"]))
    assert read_vectors(tmp_path / "v.npz").names == ["a\\x1b", "\\ud83d lake"]


def write_pickled(path: Path) -> None:
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)


def write_pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps([1.0, 2.0]))


def write_other_array(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, other=np.eye(2))


def write_too_few_items(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, vectors=np.eye(3), items=np.array(["a"]))


def write_cube(path: Path) -> None:
    np.save(path, np.zeros((2, 2, 2)))


def write_nothing(path: Path) -> None:
    np.save(path, np.zeros((0, 8)))


def write_scalar(path: Path) -> None:
    np.save(path, np.float32(1))


def write_forged_size(path: Path) -> None:
    np.save(path, np.zeros(8, np.float32))
    path.write_bytes(path.read_bytes().replace(b"(8,)", b"(8000000000000,)"))


def write_size_beyond_numbers(path: Path) -> None:
    np.save(path, np.zeros(8, np.float32))
    path.write_bytes(path.read_bytes().replace(b"(8,)", b"(9" + b"9" * 30 + b",)"))


def write_forged_member(path: Path) -> None:
    write_forged_size(path)
    with ZipFile(path.with_suffix(".npz"), "w") as members:
        members.write(path, "vectors.npy")
    path.with_suffix(".npz").replace(path)


def write_nested_header(path: Path) -> None:
    np.save(path, np.zeros(8, np.float32))
    data = path.read_bytes()
    path.write_bytes(data[:10] + b"(" * (len(data) - 43) + b"\n" + data[-32:])


def write_pipe(path: Path) -> None:
    os.mkfifo(path)


def write_truncated(path: Path) -> None:
    np.save(path, np.zeros(800, np.float32))
    path.write_bytes(path.read_bytes()[:300])


def write_torn_zip(path: Path) -> None:
    path.write_bytes(b"PK\3\4 and then nothing")


def write_empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    "write",
    [
        write_pickled, write_pickle, write_other_array, write_too_few_items, write_cube,
        write_nothing, write_scalar, write_forged_size, write_size_beyond_numbers,
        write_forged_member, write_nested_header, write_pipe, write_truncated, write_torn_zip,
        write_empty,
    ],
)  # fmt: skip
def test_what_are_no_vectors_is_refused_by_the_files_name(tmp_path: Path, write: object) -> None:
    path = tmp_path / "v.npy"
    write(path)  # type: ignore[operator]
    with pytest.raises(UsageError, match=r"v\.npy") as caught:
        read_vectors(path)
    assert caught.value.hint


def test_nobody_is_told_to_load_a_strangers_file_unsafely(tmp_path: Path) -> None:
    write_pickle(tmp_path / "v.parquet")
    with pytest.raises(UsageError, match="not a NumPy file") as caught:
        read_vectors(tmp_path / "v.parquet")
    assert "pickle" not in caught.value.message


def test_a_compressed_file_is_measured_by_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "v.npz"
    np.savez_compressed(path, vectors=np.zeros((300, 1 << 18), np.float32))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(UsageError, match="300 MiB"):
        read_vectors(path)


# what is claimed and what is there


def claiming(count: int, kind: str = "<f4", content: bytes = b"\0" * 400) -> bytes:
    file = io.BytesIO()
    header = {"shape": (count,), "fortran_order": False, "descr": kind}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + content


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("count", [101, 10**12, 2**63, 10**30])
@pytest.mark.parametrize("kind", ["<f4", "|u1", "<U0", "<U250000000", "|V0"])
@pytest.mark.parametrize("is_zipped", [True, False])
def test_an_array_that_claims_more_than_its_file_is_refused(
    count: int, kind: str, is_zipped: bool, tmp_path: Path
) -> None:
    content = claiming(count, kind, b"\0" * 100)
    path = tmp_path / "v"
    path.write_bytes(zipped({"vectors.npy": content}) if is_zipped else content)
    with pytest.raises(UsageError, match=r"claims|MiB"):
        read_vectors(path)


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_is_refused_before_it_is_unpacked(compression: int, tmp_path: Path) -> None:
    size = 300 << 20
    content = claiming(size // 4, content=b"") + bytes(size)
    (tmp_path / "v.npz").write_bytes(zipped({"vectors.npy": content}, compression))
    assert (tmp_path / "v.npz").stat().st_size < size / 100
    with pytest.raises(UsageError, match="the maximum is 256 MiB"):
        read_vectors(tmp_path / "v.npz")


def test_a_list_of_a_million_arrays_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.npz").write_bytes(zipped({f"{number}.npy": b"" for number in range(3000)}))
    with pytest.raises(UsageError, match="too many arrays"):
        read_vectors(tmp_path / "v.npz")


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
@settings(deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_refused_or_read(
    compression: int, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    members = {"vectors.npy": claiming(100), "items.npy": claiming(1, "<U1", b"a\0\0\0")}
    content = bytearray(zipped(members, compression))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with contextlib.suppress(UsageError):
        read_vectors(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "v.npy")
    for path in (tmp_path / "v.npy", "/dev/zero"):
        with pytest.raises(UsageError, match="not a file"):
            read_vectors(path)
