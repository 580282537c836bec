"""Scripts in processes of their own that begin at once: forks of one that has imported the index.

A new interpreter takes a second of its core for imports. A fork takes milliseconds; it has its own
limits, privileges and death.
"""

import multiprocessing
import os
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from subprocess import CompletedProcess

_METHODS = multiprocessing.get_all_start_methods()
_CONTEXT = (
    multiprocessing.get_context("forkserver")
    if "forkserver" in _METHODS
    else multiprocessing.get_context("spawn")
)
if "forkserver" in _METHODS:
    multiprocessing.set_forkserver_preload(["geosearch.cli.main", "geosearch.ingest", "faiss"])


def run_script(script: str, *arguments: object) -> CompletedProcess[str]:
    """Run Python code that finds its arguments in ``sys.argv``, as ``python -c`` does."""
    argv = ["-c", *map(str, arguments)]
    # pipes and not files: a script may limit how large its files become
    pipes = [_CONTEXT.Pipe(duplex=False) for _ in ("stdout", "stderr")]
    process = _CONTEXT.Process(target=_execute, args=(script, argv, [end for _, end in pipes]))
    process.start()
    for _, end in pipes:
        end.close()
    said = [_text(end) for end, _ in pipes]
    process.join()
    status = process.exitcode
    assert status is not None
    process.close()
    return CompletedProcess(argv, status, *said)


def _text(end: Connection) -> str:
    with end, os.fdopen(os.dup(end.fileno())) as file:
        return file.read()


def _execute(script: str, argv: list[str], ends: Sequence[Connection]) -> None:
    for number, end in enumerate(ends, 1):
        os.dup2(end.fileno(), number)
    sys.argv = argv
    exec(compile(script, "<script>", "exec"), {"__name__": "__main__"})
