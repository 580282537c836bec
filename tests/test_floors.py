"""The house holds: floors, doors, no circles, a light start."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import geosearch

PACKAGE = Path(geosearch.__file__).parent
FLOORS = {
    "errors": 0,
    "lazy": 0,
    "stopwatch": 0,
    "regular_file": 0,
    "replacing": 0,
    "text": 1,
    "json_text": 2,
    "paths": 2,
    "outputs": 2,
    "progress": 2,
    "reporting": 3,
    "geo": 2,
    "scenes": 4,
    "encoders": 4,
    "index": 4,
    "ingest": 5,
    "search": 5,
    "demo": 5,
    "formats": 6,
    "evaluation": 6,
    "training": 7,
    "api": 7,
    "cli": 8,
    "__main__": 9,
}
DEVICE_MODULES = {
    "index/scoring/ann/cuda_lists.py",
    "index/scoring/cuda_scan.py",
    "index/scoring/cuda_vectors.py",
}
DOORS = {
    # the index has one where it scans on a GPU, and lets no tensor out
    "torch": {"encoders", "training", "evaluation", *DEVICE_MODULES},
    "faiss": {"index"},
    "duckdb": {"index"},
    "rasterio": {"scenes"},
    "pyproj": {"geo"},
    "pyarrow": {"scenes", "formats"},
}
HEAVY = ("torch", "faiss", "duckdb", "rasterio", "pyproj", "pyarrow", "shapely", "numpy", "rich")
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module == "geosearch":
                yield from (f"geosearch.{alias.name}" for alias in node.names)
            elif node.module:
                yield node.module


def imported_rooms(path: Path) -> set[str]:
    names = (name.split(".") for name in imported_names(path))
    rooms = {parts[1] for parts in names if parts[0] == "geosearch" and len(parts) > 1}
    return rooms - {"__version__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_from_its_own_room_or_a_lower_floor(path: Path) -> None:
    own = room_of(path)
    for room in imported_rooms(path) - {own}:
        assert FLOORS[room] < FLOORS[own], f"{own} (floor {FLOORS[own]}) imports {room}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_an_engine_is_imported_at_its_own_door_only(path: Path) -> None:
    engines = {name.split(".")[0] for name in imported_names(path)} & DOORS.keys()
    places = {room_of(path), path.relative_to(PACKAGE).as_posix()}
    for engine in engines:
        assert places & DOORS[engine], f"{engine} has its door in {DOORS[engine]}"


def test_another_room_is_entered_by_its_front_door() -> None:
    """Rooms import each other's ``__init__``; what is behind it may change."""
    for path in MODULES:
        for name in imported_names(path):
            parts = name.split(".")
            if parts[0] == "geosearch" and len(parts) > 2 and parts[1] != room_of(path):
                raise AssertionError(f"{path.relative_to(PACKAGE)} imports {name}")


def test_there_are_no_import_circles_between_modules() -> None:
    graph = {module_name(path): top_level_imports(path) for path in MODULES}
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail[trail.index(module) :], module))
        if module in done or module not in graph:
            return
        for imported in graph[module]:
            visit(imported, (*trail, module))
        done.add(module)

    for module in graph:
        visit(module, ())


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def top_level_imports(path: Path) -> set[str]:
    names = set()
    for node in ast.parse(path.read_text()).body:
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.startswith("geosearch.")
        ):
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names - {module_name(path)}


def test_help_imports_no_heavy_library() -> None:
    script = (
        "import sys; from geosearch.cli.main import run; run(['--help']);"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stderr.strip() == "[]"


OUTSIDE = PACKAGE.parent / "workshop", PACKAGE.parent / "benchmarks"
BEHIND_DOORS = {"benchmarks/encoding", "benchmarks/encode.py"}
"""What takes an encoder apart to measure it; all else outside uses front doors."""


def test_the_package_imports_nothing_of_the_workshop_and_the_benchmarks() -> None:
    for path in PACKAGE.rglob("*.py"):
        outside = {name.split(".")[0] for name in imported_names(path)}
        assert not outside & {"workshop", "benchmarks"}, path


def test_workshop_and_benchmarks_use_front_doors() -> None:
    for path in (path for folder in OUTSIDE for path in folder.rglob("*.py")):
        place = path.relative_to(PACKAGE.parent).as_posix()
        if any(place.startswith(known) for known in BEHIND_DOORS):
            continue
        deep = [n for n in imported_names(path) if n.startswith("geosearch.") and n.count(".") > 1]
        assert not deep, f"{place} imports {deep}"
