"""Ctrl-C ends the command in one line, wherever it is."""

import subprocess
import sys

import pytest

INTERRUPTED_WHILE_IMPORTING = """
import importlib.abc, os, runpy, signal, sys

class CtrlC(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)

# what was started in the background inherits that the signal is ignored
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, CtrlC())
sys.argv = ["geosearch", "--help"]
runpy.run_module("geosearch", run_name="__main__")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no signals to a process")
@pytest.mark.parametrize("name", ["geosearch.cli", "click", "geosearch.cli.commands.query"])
def test_ctrl_c_while_modules_are_imported_is_one_line(name: str) -> None:
    script = INTERRUPTED_WHILE_IMPORTING.format(name=name)
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (130, "interrupted\n")
