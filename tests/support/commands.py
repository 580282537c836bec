"""Commands run within this process, which has torch at hand already."""

import contextlib
import io
import sys
from dataclasses import dataclass

from geosearch.cli.main import run


@dataclass(frozen=True)
class Ran:
    """What a command left."""

    returncode: int
    stdout: str
    stderr: str


def command(*arguments: object, stdin: str = "") -> Ran:
    """Run `geosearch` with arguments, as if its output went into a pipe."""
    out, err, before = io.StringIO(), io.StringIO(), sys.stdin
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        io.TextIOWrapper(io.BytesIO(stdin.encode())) as given,
    ):
        sys.stdin = given
        try:
            status = run([str(argument) for argument in arguments])
        finally:
            sys.stdin = before
    return Ran(status, out.getvalue(), err.getvalue())
