"""A bar for a terminal, a line now and then for a log, records for a program."""

import io
import logging
import subprocess
import sys
from threading import Event

import pytest

from geosearch.reporting import CONSOLE, LOG, SILENT, repeating


def test_a_short_step_says_nothing_in_a_pipe(capfd: pytest.CaptureFixture[str]) -> None:
    with CONSOLE.step("indexing", 3, "scenes") as advance:
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
    monkeypatch.setattr(repeating, "FIRST_LINE_S", 0.01)
    monkeypatch.setattr(repeating, "EACH_LINE_S", 0.01)
    with CONSOLE.step("index\x1bing", 4, "scenes") as advance:
        advance(1)
        assert log.enough.wait(60)
    *_, last = log.getvalue().splitlines()  # the first may have come before the step began
    assert last.startswith("index\\x1bing: 25 %, 1 of 4 scenes, about ")
    assert last.endswith(" left")


def test_who_did_not_ask_for_progress_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(lines=1)
    monkeypatch.setattr(sys, "stderr", log)
    monkeypatch.setattr(repeating, "FIRST_LINE_S", 0.01)
    with SILENT.step("indexing", 4, "scenes"), LOG.step("indexing", 4, "scenes"):
        assert not log.enough.wait(0.2)


def test_a_terminal_sees_what_is_done() -> None:
    pty = pytest.importorskip("pty")
    import os
    import subprocess

    ours, theirs = pty.openpty()
    script = (
        "import time; from geosearch.reporting import CONSOLE\n"
        "with CONSOLE.step('indexing', 3, 'scenes') as advance:\n"
        "    advance(2); time.sleep(0.3)\n"
    )
    subprocess.run([sys.executable, "-c", script], stderr=theirs, check=True)
    os.close(theirs)
    seen = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "2 of 3 scenes" in seen
    assert "left" in seen


def test_a_line_that_is_said_is_one_line_without_controls(
    capfd: pytest.CaptureFixture[str],
) -> None:
    CONSOLE.say("index: a\x1b[2J\nerror: fake \udce8")
    assert capfd.readouterr().err == "index: a\\x1b[2J\\x0aerror: fake \\xe8\n"


def test_a_program_hears_the_library_through_logging(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "geosearch"):
        LOG.say("index: a")
        with LOG.step("indexing", 2, "scenes") as course:
            course(2)
    assert [record.name for record in caplog.records] == ["geosearch", "geosearch"]
    assert caplog.messages[0] == "index: a"
    assert caplog.messages[1] == "indexing: 2 of 2 scenes in 0 s"


def test_the_library_is_silent_until_logging_is_configured() -> None:
    script = "from geosearch.reporting import LOG\nLOG.say('index: a')\n"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("", "")
