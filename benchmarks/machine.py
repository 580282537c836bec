"""What the machine of a benchmark is called, and the command that measured it."""

import platform
import shlex
import sys
from pathlib import Path


def processor() -> str:
    """Return the processor's name as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def command_line() -> str:
    """Return the command that this process runs, as a shell reads it."""
    return shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
