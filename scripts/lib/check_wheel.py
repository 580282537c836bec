"""Builds the wheel, installs it in a clean environment, and uses it there as a user would.

Run by scripts/check, with the Python of its environment. Nothing of the checkout is on the path
there: geosearch comes from the wheel alone. What the wheel says that it needs, and nothing else, is
lent from this environment by links, since fetching torch a second time would take minutes.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from importlib.metadata import (
    Distribution,
    PackageNotFoundError,
    distribution,
    distributions,
    packages_distributions,
)
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[2]
QUERY = "tennis court between two white buildings"


def run(command: list[str | Path], folder: Path) -> str:
    """What a command prints, run in `folder` with nothing in its environment that points here."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "GEOSEARCH"))}
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        words = " ".join(str(part) for part in command)
        sys.exit(f"error: {words} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def expect(holds: bool, otherwise: str) -> None:
    """Ends the run with a sentence unless it holds."""
    if not holds:
        sys.exit(f"error: {otherwise}")


def sources() -> set[str]:
    """The files of the checkout that are committed or could be, relative to it."""
    names = run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], REPOSITORY
    ).split("\0")
    return {name for name in names if name and (REPOSITORY / name).is_file()}


def build(names: set[str], folder: Path) -> Path:
    """The wheel, built from a copy: a checkout's build/ may hold what was deleted long ago."""
    for name in names:
        (folder / "sources" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / name, folder / "sources" / name)
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, folder / "sources"], folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


def check_contents(wheel: Path, names: set[str]) -> None:
    """The wheel holds the package as it is here, its licences, and nothing beside."""
    held = {name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith("/")}
    package = {name for name in names if name.startswith("geosearch/")}
    described = {name for name in held if name.split("/")[0].endswith(".dist-info")}
    expect(package <= held, f"the wheel lacks {sorted(package - held)}")
    more = held - package - described
    expect(not more, f"the wheel holds what is not of the package: {sorted(more)}")
    licences = [name for name in package | {"LICENSE"} if Path(name).name.startswith("LICENSE")]
    for name in licences:
        kept = any(one.endswith(f".dist-info/licenses/{name}") for one in described)
        expect(kept, f"the wheel does not list the licence {name}")


_OPTIONAL = ("geopandas",)
"""Extras whose module has the name of its package, and is imported where it is used."""


def imported(folder: Path) -> dict[str, Path]:
    """The modules of others that a package imports anywhere, functions included; one file each."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            else:
                continue
            for name in {name.split(".")[0] for name in names} - sys.stdlib_module_names:
                found.setdefault(name, path)
    found.pop(folder.name, None)
    return found


def check_imports(wheel: Distribution, folder: Path, extra: str) -> None:
    """What the package imports is of a distribution that the wheel itself asks for."""
    asked = [Requirement(text) for text in wheel.requires or []]
    direct = {
        canonicalize_name(one.name)
        for one in asked
        if one.marker is None or one.marker.evaluate({"extra": extra})
    }
    optional = {
        canonicalize_name(one.name)
        for one in asked
        if one.marker is not None and any(one.marker.evaluate({"extra": own}) for own in _OPTIONAL)
    }
    owners = packages_distributions()
    for name, path in imported(folder).items():
        if canonicalize_name(name) in optional:  # not installed here: its users are told
            continue
        known = {canonicalize_name(owner) for owner in owners.get(name, [])}
        expect(
            bool(known & direct), f"{path.name} imports {name}, which the wheel does not ask for"
        )


def needs(wheel: Distribution, extra: str) -> list[Distribution]:
    """All that a distribution needs with an extra, and what that needs, as it is installed here."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    open_ones = [(wheel, extra)]
    while open_ones:
        one, its_extra = open_ones.pop()
        for text in one.requires or []:
            asked = Requirement(text)
            if asked.marker is not None and not asked.marker.evaluate({"extra": its_extra}):
                continue
            try:
                found[asked.name] = there = distribution(asked.name)
            except PackageNotFoundError:
                sys.exit(f"error: {one.name} needs {text}, which is not installed")
            expect(
                asked.specifier.contains(there.version, prereleases=True),
                f"{one.name} needs {text}, and {there.version} is installed",
            )
            for next_extra in ("", *sorted(asked.extras)):
                if (asked.name, next_extra) not in seen:
                    seen.add((asked.name, next_extra))
                    open_ones.append((there, next_extra))
    return list(found.values())


def lend(lent: list[Distribution], packages: Path) -> None:
    """Links what these distributions brought to site-packages into another environment's."""
    for one in lent:
        for top in {file.parts[0] for file in one.files or []} - {"..", "__pycache__"}:
            if not (packages / top).exists():
                (packages / top).symlink_to(Path(str(one.locate_file(top))))


def install(wheel: Path, folder: Path) -> Path:
    """A clean environment with the wheel; returns the folder of its commands."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    run([*pip, "--python", python, "install", "--no-deps", "--no-index", wheel], wheel.parent)
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run([python, "-c", code], wheel.parent).strip())
    (described,) = packages.glob("*.dist-info")
    installed = {one.metadata["Name"].lower() for one in distributions()}
    faiss = "gpu" if "faiss-gpu" in installed else "cpu"
    installed_wheel = Distribution.at(described)
    check_imports(installed_wheel, packages / "geosearch", faiss)
    lend(needs(installed_wheel, faiss), packages)
    return folder / "bin"


def check_use(commands: Path, version: str, folder: Path) -> None:
    """From the version to a hit, in a folder outside the checkout."""
    geosearch = commands / "geosearch"
    where = Path(
        run([commands / "python", "-c", "import geosearch; print(geosearch.__file__)"], folder)
    )
    expect(where.is_relative_to(commands.parent), f"geosearch is imported from {where}")
    told = run([geosearch, "--version"], folder)
    expect(told.split()[-1] == version, f"the wheel is {version}, and geosearch says {told}")
    expect("query" in run([geosearch, "--help"], folder), "geosearch --help names no query")
    run([geosearch, "demo", "archive"], folder)
    index: list[str | Path] = [
        geosearch,
        "index",
        "archive",
        "-i",
        "archive.index",
        "--encoder",
        "mini",
    ]
    run([*index, "--stride", "128"], folder)
    run([geosearch, "query", QUERY, "-i", "archive.index", "-k", "5", "-o", "hits.geojson"], folder)
    hits = json.loads((folder / "hits.geojson").read_text(encoding="utf-8"))["features"]
    expect(len(hits) == 5, f"the query found {len(hits)} hits, not 5")


def main() -> None:
    """Ends with a sentence and status 1 where the wheel is not what it should be."""
    with tempfile.TemporaryDirectory(prefix="geosearch-wheel-") as made:
        folder = Path(made).resolve()
        names = sources()
        wheel = build(names, folder)
        check_contents(wheel, names)
        commands = install(wheel, folder / "venv")
        (folder / "use").mkdir()
        check_use(commands, wheel.name.split("-")[1], folder / "use")
        print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.0f} MB, built, installed and used")


if __name__ == "__main__":
    main()
