"""Progress is for terminals."""

import pytest

from geosearch.progress import Stopwatch, track


def test_a_pipe_sees_no_bar(capfd: pytest.CaptureFixture[str]) -> None:
    with track("indexing", 3, "scenes", shown=True) as advance:
        advance(1)
        advance(0.5)
    assert capfd.readouterr() == ("", "")


def test_a_terminal_sees_what_is_done() -> None:
    pty = pytest.importorskip("pty")
    import os
    import subprocess
    import sys

    ours, theirs = pty.openpty()
    script = (
        "import time; from geosearch.progress import track\n"
        "with track('indexing', 3, 'scenes', shown=True) as advance:\n"
        "    advance(2); time.sleep(0.3)\n"
    )
    subprocess.run([sys.executable, "-c", script], stderr=theirs, check=True)
    os.close(theirs)
    seen = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "2 of 3 scenes" in seen


def test_a_stopwatch_adds_up_a_stage_even_if_it_fails() -> None:
    watch = Stopwatch()
    for _ in range(2):
        with pytest.raises(ValueError, match="oops"), watch.time("read"):
            raise ValueError("oops")
    assert list(watch.seconds) == ["read"]
    assert watch.seconds["read"] > 0
