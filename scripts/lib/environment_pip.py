"""Runs pip so that one sees how far it is, and says in a sentence why it failed."""

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LARGE_MB = 5
SILENT_S = 30

_DOWNLOAD = re.compile(r"Downloading (?:\S*/)?(\S+?)-(\d[^-\s]*)\S* \(([\d.]+) (bytes|[kMG]B)\)")
_MB = {"bytes": 1e-6, "kB": 1e-3, "MB": 1.0, "GB": 1e3}
_UNREACHABLE = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|timed out|"
    r"Connection (?:refused|reset|aborted)|unreachable|HTTP error 5\d\d",
    re.IGNORECASE,
)
_CERTIFICATE = re.compile(r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|SSLError")
_MISSING = re.compile(r"No matching distribution found for ([^\s;]+)")


class SetupError(Exception):
    """What ends the making of an environment: a sentence, and what to do about it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class UnreachableError(SetupError):
    """A registry did not answer."""


class MissingError(SetupError):
    """The registries answered, and none has a package that fits."""


def say(text: str) -> None:
    """A line to stderr."""
    print(text, file=sys.stderr, flush=True)


def minutes(seconds: float) -> str:
    """`90` as `1:30`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def fetched_mb(lines: list[str]) -> float:
    """What pip's own lines say that it downloaded, in MB."""
    found = (_DOWNLOAD.search(line) for line in lines)
    return sum(float(one[3]) * _MB[one[4]] for one in found if one)


def trouble_of(lines: list[str], folder: Path, log: Path) -> SetupError:
    """Why pip failed, by all that it said."""
    words = "\n".join(lines)
    if "No space left on device" in words or "Errno 28" in words or "Disk quota exceeded" in words:
        places = [folder, Path(os.environ.get("TMPDIR") or "/tmp")]
        free = " and ".join(
            f"{shutil.disk_usage(place).free / 1e6:,.0f} MB left in {place}"
            for place in places
            if place.is_dir()
        )
        return SetupError(
            f"the disk is full: {free}",
            "make room, or name roomier folders: GEOSEARCH_VENV=FOLDER for the environment, "
            "TMPDIR=FOLDER for downloads",
        )
    if _CERTIFICATE.search(words):
        return UnreachableError(
            f"the certificate of the package registry{_hosts(lines, _CERTIFICATE)} is not trusted",
            "name the file of certificates that your network uses: PIP_CERT=FILE",
        )
    if _UNREACHABLE.search(words):
        return UnreachableError(
            f"the package registry{_hosts(lines, _UNREACHABLE)} cannot be reached",
            "look at the network and at https_proxy, or name a mirror: PIP_INDEX_URL=URL",
        )
    if missing := _MISSING.search(words):
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return MissingError(
            f"pip finds no {missing[1]} for Python {version} on this kind of machine",
            f"remove {folder} and take another Python (PYTHON=python3.12), "
            "or name a registry that has it (PIP_INDEX_URL=URL)",
        )
    if "Permission denied" in words:
        return SetupError(
            f"{folder} cannot be written", "name another folder: GEOSEARCH_VENV=FOLDER"
        )
    errors = [line.split("ERROR: ", 1)[1] for line in lines if line.startswith("ERROR: ")]
    last = errors[-1] if errors else next((line for line in reversed(lines) if line), "no words")
    return SetupError(f"pip failed: {last.strip()}", f"its whole log is {log}")


def _hosts(lines: list[str], what: re.Pattern[str]) -> str:
    told = "\n".join(line for line in lines if what.search(line))
    hosts = sorted(set(re.findall(r"(?:host='|https?://)([^'/:\s]+)", told)))
    return f" ({', '.join(hosts)})" if hosts else ""


@dataclass(frozen=True, slots=True)
class Pip:
    """The pip of one environment."""

    folder: Path
    """The environment."""
    python: Path
    """Its Python."""

    @property
    def log(self) -> Path:
        """All that pip said, with times."""
        return self.folder / "install.log"

    def install(self, *arguments: str) -> float:
        """Runs `pip install`, and returns how many MB it fetched.

        Raises:
            SetupError: where pip failed, with the reason.
        """
        command = [str(self.python), "-I", "-u", "-m", "pip", "install", "--log", str(self.log)]
        command += ["--no-input", "--disable-pip-version-check", *arguments]
        # what lies on PYTHONPATH is not in the environment, but pip would take it for installed
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        before = self.log.stat().st_size if self.log.exists() else 0
        terminal = sys.stderr.isatty()
        if not terminal:
            command += ["--progress-bar", "off"]
        process = subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            # on a terminal pip shows its bars itself; its warnings are heard where it fails
            stdout=sys.stderr if terminal else subprocess.PIPE,
            stderr=subprocess.PIPE if terminal else subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        words = process.stderr if terminal else process.stdout
        assert words is not None
        with words:
            try:
                lines = _followed(words, quiet=terminal)
            except BaseException:
                _end(process)
                raise
        status = process.wait()
        logged = self._logged(before)
        if status:
            # the log says which host did not answer, and a full disk only what pip printed
            raise trouble_of(logged + lines, self.folder, self.log)
        return fetched_mb(logged)

    def _logged(self, start: int) -> list[str]:
        if not self.log.exists():
            return []
        with self.log.open("rb") as log:
            log.seek(start)
            return log.read().decode("utf-8", "replace").splitlines()


def _end(process: subprocess.Popen[str]) -> None:
    """Ends pip in a way that lets it take its downloads away."""
    for sent in (None, signal.SIGINT, signal.SIGKILL):  # Ctrl+C on a terminal has told pip already
        if sent is not None:
            process.send_signal(sent)
        try:
            process.wait(timeout=5)
            return
        except subprocess.TimeoutExpired:
            continue


def _followed(words: IO[str], quiet: bool) -> list[str]:
    """All lines of pip; what matters of them is said, or that it still goes on."""
    arrived: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in words:
            arrived.put(line.rstrip())
        arrived.put(None)

    threading.Thread(target=read, daemon=True).start()
    lines: list[str] = []
    doing = "asking the registry"
    start = spoke = time.monotonic()
    while True:
        try:
            line = arrived.get(timeout=max(0.0, spoke + SILENT_S - time.monotonic()))
        except queue.Empty:
            if not quiet:
                say(f"  still {doing} after {minutes(time.monotonic() - start)}")
            spoke = time.monotonic()
            continue
        if line is None:
            return lines
        lines.append(line)
        if found := _DOWNLOAD.search(line):
            name, version, size, unit = found.groups()
            doing = f"fetching {name} {version}"
            told = float(size) * _MB[unit] >= LARGE_MB
        elif line.startswith("Installing collected packages: "):
            count = line.count(",") + 1
            doing = f"unpacking {count} package{'s' if count > 1 else ''}"
            told = True
        else:
            told = False
        if told and not quiet:
            say(f"  {doing}" + (f" ({size} {unit})" if found else ""))
            spoke = time.monotonic()
