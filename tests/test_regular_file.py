"""Files to be opened: regular ones only, at once, and no more of them than was asked for."""

import errno
import os
import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.regular_file import (
    NotRegularError,
    TooLargeError,
    is_regular,
    open_regular,
    parts_within,
    read_regular,
    remedy,
    require_regular,
)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe.png"
    os.mkfifo(path)
    return path


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\x00\xff" * 1000)
    (tmp_path / "link").symlink_to("a")
    assert read_regular(tmp_path / "link", 2000) == b"\x00\xff" * 1000
    with open_regular(tmp_path / "a") as file:
        assert file.read(3) == b"\x00\xff\x00"


@settings(deadline=None)
@given(size=st.integers(0, 3 << 20), maximum=st.integers(0, 3 << 20))
def test_no_more_is_read_than_was_allowed(
    size: int, maximum: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "sized"
    path.write_bytes(b"x" * size)
    if size <= maximum:
        assert len(read_regular(path, maximum)) == size
    else:
        with pytest.raises(TooLargeError, match="larger than"):
            read_regular(path, maximum)


@given(st.binary(max_size=200), st.integers(1, 50), st.integers(0, 250))
def test_parts_of_any_size_are_all_there_is_or_too_much(
    content: bytes, part_bytes: int, max_bytes: int
) -> None:
    file = BytesIO(content)
    parts = parts_within(lambda count: file.read(min(count, part_bytes)), max_bytes, "x")
    if len(content) > max_bytes:
        with pytest.raises(TooLargeError, match="larger than"):
            list(parts)
        assert file.tell() == max_bytes + 1  # one more, to know
    else:
        assert b"".join(parts) == content


def test_a_pipe_is_refused_at_once(pipe: Path) -> None:
    for ask in (open_regular, require_regular, lambda path: read_regular(path, 10)):
        with pytest.raises(NotRegularError, match="a named pipe, not a file"):
            ask(pipe)
    assert not is_regular(pipe)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/stdin"])
def test_a_device_is_refused(device: str) -> None:
    if not Path(device).is_char_device():
        pytest.skip(f"{device} is not a device here")
    with pytest.raises(NotRegularError, match="a device, not a file"):
        open_regular(device, streams=True)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="a folder, not a file"):
        open_regular(tmp_path)


@pytest.mark.parametrize("name", ["a\0b", "a\ud83d"])
def test_what_cannot_be_a_name_is_an_error_of_the_system(name: str) -> None:
    with pytest.raises(OSError, match="not a file name"):
        open_regular(name)


def test_a_pipe_that_is_swapped_in_is_never_waited_for(tmp_path: Path) -> None:
    """A file and a pipe change places all the time; every open ends, as one or the other."""
    target, file, pipe = tmp_path / "t", tmp_path / "file", tmp_path / "pipe"
    file.write_bytes(b"data")
    os.mkfifo(pipe)
    ended = threading.Event()

    def swap() -> None:
        while not ended.is_set():
            for source in (file, pipe):
                os.link(source, tmp_path / "next")
                os.replace(tmp_path / "next", target)
                (tmp_path / "next").unlink(missing_ok=True)

    os.link(file, target)
    swapper = threading.Thread(target=swap)
    swapper.start()
    script = (
        "import sys; from geosearch.regular_file import read_regular, NotRegularError\n"
        "for _ in range(3000):\n"
        "    try: assert read_regular(sys.argv[1], 9) == b'data'\n"
        "    except NotRegularError: pass\n"
    )
    try:
        subprocess.run([sys.executable, "-c", script, str(target)], check=True, timeout=120)
    finally:
        ended.set()
        swapper.join()


def test_a_pipe_of_the_shell_is_read_where_it_may_be_given() -> None:
    read, write = os.pipe()
    os.write(write, b"from a command")
    os.close(write)
    try:
        with pytest.raises(NotRegularError):
            read_regular(f"/dev/fd/{read}", 100)
        assert read_regular(f"/dev/fd/{read}", 100, streams=True) == b"from a command"
    finally:
        os.close(read)


def test_a_named_pipe_is_not_a_pipe_of_the_shell(pipe: Path) -> None:
    with pytest.raises(NotRegularError):
        open_regular(pipe, streams=True)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.EACCES, "allow it"),
        (errno.EMFILE, "ulimit -n"),
        (errno.ENAMETOOLONG, "shorten"),
        (errno.ENOENT, "check the path"),
    ],
)
def test_each_kind_of_error_has_a_remedy_of_its_own(number: int, says: str) -> None:
    assert says in remedy(OSError(number, os.strerror(number)))


def test_what_is_closed_again_leaves_no_file_open(pipe: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for _ in range(20):
        with pytest.raises(NotRegularError):
            open_regular(pipe)
    after = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    assert after == before
