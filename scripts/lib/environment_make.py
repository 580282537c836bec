"""Makes the virtual environment of scripts/environment, which tells what this does.

It stands on the standard library alone, since nothing else is there yet.
"""

import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from environment_pip import (
    MissingError,
    Pip,
    SetupError,
    UnreachableError,
    minutes,
    say,
    trouble_of,
)

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPTS = REPOSITORY / "scripts"
CONSTRAINTS = SCRIPTS / "lib" / "constraints-cpu.txt"
PROJECT = REPOSITORY / "pyproject.toml"
TORCH_INDEX = os.environ.get("GEOSEARCH_TORCH_INDEX") or "https://download.pytorch.org/whl/cpu"

# what pip fetched in November 2026 for Python 3.11 on Linux on x86_64, in MB
FETCHED_MB = {
    "": 190, "localization": 40, "test": 180, "check": 30, "train": 120, "peers": 100, "docs": 40
}  # fmt: skip
TORCH_CPU_MB = 190
TORCH_CUDA_MB = 2700
TORCH_CUDA_ON_DISK_MB = 6000


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment."""

    folder: Path
    """Where it is; absolute."""

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """What was installed from what, written when all of it was."""
        return self.folder / "geosearch-environment.json"

    def releases(self) -> dict[str, str]:
        """The releases of all that is installed, by name in lower case with underscores."""
        found = (path.name[: -len(".dist-info")].partition("-") for path in self._dist_infos())
        return {name.lower(): version for name, _, version in found}

    def _dist_infos(self) -> list[Path]:
        return sorted(self.folder.glob("lib/python*/site-packages/*.dist-info"))

    def state(self, faiss: str) -> str:
        """A hash of all that decides whether pip would have something to do."""
        parts = [str(REPOSITORY), faiss, *(str(path) for path in self._dist_infos())]
        files = [PROJECT, CONSTRAINTS, SCRIPTS / "environment", self.folder / "pyvenv.cfg"]
        files += sorted((SCRIPTS / "lib").glob("environment*.py"))
        digest = hashlib.sha256(json.dumps(parts).encode())
        for path in files:
            if path.is_file():
                digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def has(self, extras: set[str], faiss: str) -> bool:
        """Whether all of it was installed, and nothing has changed since."""
        known = self._stamped()
        return (
            os.access(self.python, os.X_OK)
            and known.get("state") == self.state(faiss)
            and extras <= set(known.get("extras", ()))
        )

    def written(self, extras: set[str], faiss: str, before: str) -> None:
        """Notes that `extras` are installed, beside those that were in the state `before`."""
        known = self._stamped()
        if known.get("state") == before:
            extras = extras | set(known.get("extras", ()))
        text = json.dumps({"state": self.state(faiss), "extras": sorted(extras)})
        self.stamp.write_text(text + "\n", encoding="utf-8")

    def _stamped(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self.stamp.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def make(self) -> None:
        """Makes the folder, or what an interrupted making left out.

        Raises:
            SetupError: where Python cannot make one, or the folder holds something else.
        """
        if not (self.folder / "pyvenv.cfg").is_file() and self._is_taken():
            raise SetupError(
                f"{self.folder} is not a virtual environment, and not empty",
                "name another folder: GEOSEARCH_VENV=FOLDER",
            )
        for module in ("venv", "ensurepip"):
            if importlib.util.find_spec(module) is None:
                raise SetupError(
                    f"{sys.executable} lacks the module {module}, which makes environments",
                    "Debian, Ubuntu: apt install python3-venv; or take another: PYTHON=python3.12",
                )
        if not os.access(self.python, os.X_OK):
            say(f"making {self.folder} with Python {platform.python_version()}")
            self._run([sys.executable, "-m", "venv", "--without-pip", str(self.folder)])
        if "pip" not in self.releases():
            self._run([str(self.python), "-m", "ensurepip", "--default-pip"])

    def _is_taken(self) -> bool:
        return self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir()))

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False
        )
        if done.returncode:
            there = next(place for place in (self.folder, *self.folder.parents) if place.exists())
            lines = (done.stdout + done.stderr).splitlines()
            raise trouble_of(lines, there, self.folder / "install.log")


def has_gpu() -> bool:
    """Whether an NVIDIA GPU answers."""
    smi = shutil.which("nvidia-smi")
    if smi is None:
        return False
    try:
        return (
            subprocess.run([smi, "-L"], capture_output=True, timeout=60, check=False).returncode
            == 0
        )
    except subprocess.TimeoutExpired:
        return False


def faiss_of(wanted: list[str], releases: dict[str, str]) -> str:
    """`cpu` or `gpu`: what is asked for, else what is there, else what the machine has.

    Raises:
        SetupError: where the other one is there; both install the module `faiss`.
    """
    there = [kind for kind in ("cpu", "gpu") if f"faiss_{kind}" in releases]
    asked = [kind for kind in ("cpu", "gpu") if kind in wanted]
    if len(asked) == 2:
        raise SetupError("both cpu and gpu are named", "name one of the two")
    if asked and there and asked != there:
        raise SetupError(
            f"the environment was made with {there[0]}, not with {asked[0]}",
            "remove its folder, or name another one: GEOSEARCH_VENV=FOLDER",
        )
    return (asked or there or ["gpu" if has_gpu() else "cpu"])[0]


def checked(extras: list[str]) -> list[str]:
    """The extras as they were named, once each.

    Raises:
        SetupError: where geosearch has no extra of that name.
    """
    known = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for extra in extras:
        if extra not in known:
            raise SetupError(
                f"geosearch has no extra {extra!r}", f"it has {', '.join(sorted(known))}"
            )
    return sorted(set(extras))


def install_torch(pip: Pip, release: str, index: str = TORCH_INDEX) -> float:
    """Installs torch, its CPU build if it can be had, and returns how many MB were fetched.

    Raises:
        SetupError: where no torch can be had, or the disk is too small.
    """
    say(f"installing torch {release}, its CPU build: about {TORCH_CPU_MB} MB")
    cpu = f"torch=={release}+cpu"
    try:
        return pip.install(cpu)
    except (MissingError, UnreachableError) as first:
        where_pip_looks = first
    say(f"  {where_pip_looks}")
    say(f"  asking {index}")
    try:
        # a firewall that answers nothing would cost minutes with pip's own patience
        return pip.install("--index-url", index, "--retries", "1", "--timeout", "20", cpu)
    except (MissingError, UnreachableError) as second:
        say(f"  {second}")
    if isinstance(where_pip_looks, UnreachableError):
        raise where_pip_looks
    _announce_other_torch(pip.folder)
    return pip.install(f"torch=={release}")


def _announce_other_torch(folder: Path) -> None:
    """Says what pip's own torch costs, before it is fetched.

    Raises:
        SetupError: where the disk has no room for it.
    """
    avoid = (
        "name a folder that holds the wheel of the CPU build (PIP_FIND_LINKS=FOLDER)",
        "or a mirror of PyTorch's CPU index (GEOSEARCH_TORCH_INDEX=URL)",
    )
    say("taking torch from the package registry instead")
    if platform.machine() not in ("x86_64", "AMD64"):
        return
    gb = f"{TORCH_CUDA_MB / 1000:.1f} GB to fetch, {TORCH_CUDA_ON_DISK_MB / 1000:.0f} GB on disk"
    say(f"  it comes with CUDA there: about {gb}; it also runs without a GPU")
    say(f"  to avoid it, stop here (Ctrl+C) and {avoid[0]},")
    say(f"  {avoid[1]}")
    free = shutil.disk_usage(folder).free
    if free < TORCH_CUDA_ON_DISK_MB * 1e6:
        raise SetupError(
            f"torch with CUDA takes about {gb}, and {folder} has {free / 1e9:.1f} GB left",
            f"make room, or {' '.join(avoid)}",
        )


def install(environment: Environment, extras: list[str], faiss: str) -> None:
    """Installs geosearch, editable, with its extras.

    Raises:
        SetupError: where pip fails.
    """
    pip = Pip(environment.folder, environment.python)
    start, fetched = time.monotonic(), 0.0
    releases = environment.releases()
    options = []
    mb = sum(FETCHED_MB.get(extra, 0) for extra in extras)
    if faiss == "cpu":
        options = ["--constraint", str(CONSTRAINTS)]
        torch = next(
            line for line in CONSTRAINTS.read_text().splitlines() if line.startswith("torch==")
        ).removeprefix("torch==")
        there = releases.get("torch", "").partition("+")[0]
        if platform.system() == "Linux" and there != torch:
            fetched += install_torch(pip, torch)
    elif "torch" not in releases:
        mb += TORCH_CUDA_MB
    if "duckdb" not in releases:
        mb += FETCHED_MB[""]
    named = ",".join([faiss, *extras])
    say(
        f"installing geosearch[{named}]: up to about {mb} MB"
        if mb
        else f"installing geosearch[{named}]"
    )
    fetched += pip.install(*options, "--editable", f"{REPOSITORY}[{named}]")
    if "test" in extras:
        # the reference of the tests; without torchvision, which it needs to train only
        fetched += pip.install("--no-deps", "open_clip_torch>=3.0")
    say(f"done in {minutes(time.monotonic() - start)}; {fetched:,.0f} MB were fetched")


def run(wanted: list[str]) -> Path:
    """Makes the environment, or finds that it is as it should be; returns its folder.

    Raises:
        SetupError: with what to do about it.
    """
    extras = checked(wanted)
    folder = os.environ.get("GEOSEARCH_VENV") or REPOSITORY / ".venv"
    environment = Environment(Path(os.path.abspath(folder)))
    faiss = faiss_of(extras, environment.releases())
    extras = [extra for extra in extras if extra not in ("cpu", "gpu")]
    if environment.has(set(extras), faiss):
        return environment.folder
    environment.make()
    before = environment.state(faiss)
    install(environment, extras, faiss)
    environment.written(set(extras), faiss, before)
    return environment.folder


def main() -> int:
    """Runs; the exit status is 0, 1 for a trouble, 130 where one stopped it."""
    try:
        print(run(sys.argv[1:]))
    except SetupError as trouble:
        say(f"error: {trouble}\nhint: {trouble.hint}")
        return 1
    except OSError as error:
        say(f"error: {error}\nhint: make room, or name another folder: GEOSEARCH_VENV=FOLDER")
        return 1
    except KeyboardInterrupt:
        say("\nstopped; run it again to go on")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
