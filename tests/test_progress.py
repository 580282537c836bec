"""Progress: a bar for a terminal, a line now and then for a log."""

import io
import sys
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch import progress
from geosearch.progress import Course, Stopwatch, say, track


def test_a_short_step_says_nothing_in_a_pipe(capfd: pytest.CaptureFixture[str]) -> None:
    with track("indexing", 3, "scenes", shown=True) as advance:
        advance(1)
        advance(0.5)
    assert capfd.readouterr() == ("", "")


class Log(io.StringIO):
    """What is no terminal, and tells when so many lines have come."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.enough = Event()
        self._lines = lines

    def flush(self) -> None:
        if self.getvalue().count("\n") >= self._lines:
            self.enough.set()


def test_a_log_is_told_now_and_then_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(lines=3)
    monkeypatch.setattr(sys, "stderr", log)
    monkeypatch.setattr(progress, "FIRST_LINE_S", 0.01)
    monkeypatch.setattr(progress, "EACH_LINE_S", 0.01)
    with track("index\x1bing", 4, "scenes", shown=True) as advance:
        advance(1)
        assert log.enough.wait(60)
    lines = log.getvalue().splitlines()
    assert lines[0].startswith("index\\x1bing: 25 %, 1 of 4 scenes, about ")
    assert lines[0].endswith(" left")


def test_who_did_not_ask_for_progress_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(lines=1)
    monkeypatch.setattr(sys, "stderr", log)
    monkeypatch.setattr(progress, "FIRST_LINE_S", 0.01)
    with track("indexing", 4, "scenes", shown=False):
        assert not log.enough.wait(0.2)


def test_a_terminal_sees_what_is_done() -> None:
    pty = pytest.importorskip("pty")
    import os
    import subprocess

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
    assert "left" in seen


@given(st.lists(st.floats(0.1, 1e9), min_size=1, max_size=20), st.data())
def test_the_share_is_that_of_the_work_and_not_of_the_units(
    works: list[float], data: st.DataObject
) -> None:
    done = data.draw(st.integers(0, len(works)))
    course = Course("indexing", len(works), "scenes", sum(works))
    for work in works[:done]:
        course(1, work)
    assert course.share == pytest.approx(sum(works[:done]) / sum(works))
    assert course.counted() == f"{done} of {len(works)} scenes"


def test_what_needs_no_work_does_not_count_in_the_estimate() -> None:
    course = Course("indexing", 3, "scenes", 300)
    course.leave_out(1, 100)
    course(1, 100)
    assert course.share == 0.5
    assert course.counted() == "2 of 3 scenes"
    course.leave_out(1, 100)
    assert course.share == 1


def test_nothing_to_do_has_no_share() -> None:
    assert Course("indexing", 0, "scenes").share is None
    assert Course("searching", None, "").line().startswith("searching: ")


def test_a_line_that_is_said_is_one_line_without_controls(
    capfd: pytest.CaptureFixture[str],
) -> None:
    say("index: a\x1b[2J\nerror: fake \udce8")
    assert capfd.readouterr().err == "index: a\\x1b[2J\\x0aerror: fake \\xe8\n"


def test_a_stopwatch_adds_up_a_stage_even_if_it_fails() -> None:
    watch = Stopwatch()
    for _ in range(2):
        with pytest.raises(ValueError, match="oops"), watch.time("read"):
            raise ValueError("oops")
    assert list(watch.seconds) == ["read"]
    assert watch.seconds["read"] > 0
