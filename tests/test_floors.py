"""The house holds: floors, doors, rooms in order, no circles, no crowded folder, a light start."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import geosearch

PACKAGE = Path(geosearch.__file__).parent
FLOORS = {
    "errors": 0,
    "lazy": 0,
    "regular_file": 0,
    "replacing": 0,
    "stopwatch": 0,
    "text": 1,
    "json_text": 2,
    "paths": 2,
    "outputs": 2,
    "progress": 2,
    "geo": 2,
    "reporting": 3,
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
"""A room imports from lower floors only."""
ORDER: dict[str, tuple[str, ...]] = {
    "formats": ("hits", "vectors"),
    "scenes": ("places", "guarding", "finding", "state", "raster", "opening", "chips"),
}
"""The boxes of a room, bottom first: each imports from those before it only."""
DEVICE_MODULES = {"index/device_lists.py", "index/device_scan.py", "index/device_vectors.py"}
DOORS = {
    # the index has one where it scans on a GPU, and lets no tensor out
    "torch": {"encoders", "training", "evaluation", *DEVICE_MODULES},
    "faiss": {"index"},
    "duckdb": {"index"},
    "rasterio": {"scenes"},
    "pyproj": {"geo"},
    "pyarrow": {"scenes", "formats"},
}
"""Engine to the rooms, or modules, that may import it."""
HEAVY = ("torch", "faiss", "duckdb", "rasterio", "pyproj", "pyarrow", "shapely", "numpy", "rich")
MAX_MODULES = 12
"""In one folder."""
MAX_BOXES = 9
"""Folders and modules directly in a room."""
MAX_LINES = 350
"""Of one module."""
MAX_PARAMETERS = 9
"""Of a public function or method; ``self`` is not counted, a value object is one."""

MODULES = sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")
ROOMS = sorted({p.relative_to(PACKAGE).parts[0].removesuffix(".py") for p in MODULES})
FOLDERS = sorted({p.parent for p in MODULES})

Import = tuple[str, ...]
"""The parts of a dotted name."""


def parts_of(path: Path) -> Import:
    """``geosearch/index/files/lock.py`` as ``(index, files, lock)``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def modules_of(room: str) -> list[Path]:
    return [p for p in MODULES if parts_of(p)[0] == room]


@cache
def imports(path: Path) -> frozenset[Import]:
    """Everything that a module imports, wherever in it."""
    return frozenset(tuple(name.split(".")) for name in _imported_names(path))


def _imported_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module == "geosearch":
                yield from (f"geosearch.{alias.name}" for alias in node.names)
            elif node.module:
                yield node.module


def own_imports(path: Path) -> set[Import]:
    """What a module imports of geosearch, without that name."""
    return {name[1:] for name in imports(path) if name[0] == "geosearch" and len(name) > 1}


def is_public(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")


def public_functions(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods that others may call, with their names."""
    for node in body:
        if isinstance(node, ast.ClassDef) and is_public(node):
            yield from public_functions(node.body, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef) and (is_public(node) or node.name == "__init__"):
            yield owner + node.name, node


def parameter_count(function: ast.FunctionDef) -> int:
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def is_command(function: ast.FunctionDef) -> bool:
    """Whether click calls it: an option each."""
    return any("command" in ast.unparse(one) for one in function.decorator_list)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_from_lower_floors_only(room: str) -> None:
    upward = [
        f"{'.'.join(parts_of(path))} imports {name[0]}"
        for path in modules_of(room)
        for name in own_imports(path)
        if name[0] not in (room, "__version__") and FLOORS[name[0]] >= FLOORS[room]
    ]
    assert not upward


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_entered_by_its_front_door(room: str) -> None:
    """Rooms import each other's ``__init__``; what is behind it may change."""
    broken_in = [
        f"{'.'.join(parts_of(path))} imports {'.'.join(name)}"
        for path in MODULES
        for name in own_imports(path)
        if name[0] == room and len(name) > 1 and parts_of(path)[0] != room
    ]
    assert not broken_in


@pytest.mark.parametrize("engine", DOORS)
def test_an_engine_is_imported_at_its_own_doors_only(engine: str) -> None:
    elsewhere = [
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if engine in {name[0] for name in imports(path)}
        and not DOORS[engine] & {parts_of(path)[0], path.relative_to(PACKAGE).as_posix()}
    ]
    assert not elsewhere


@pytest.mark.parametrize("room", ORDER)
def test_boxes_of_a_room_import_from_those_before_them_only(room: str) -> None:
    place = {box: number for number, box in enumerate(ORDER[room])}
    folder = PACKAGE / room
    upward = []
    for path in modules_of(room):
        inside = path.relative_to(folder).with_suffix("").parts[0]
        if path == folder / "__init__.py":
            continue
        upward += [
            f"{'.'.join(parts_of(path))} imports {'.'.join(name)}"
            for name in own_imports(path)
            if name[: len(room.split("/"))] == tuple(room.split("/"))
            and len(name) > len(room.split("/"))
            and place[name[len(room.split("/"))]] > place[inside]
        ]
    assert not upward


@pytest.mark.parametrize("room", ["index", "scenes"])
def test_a_room_has_few_boxes(room: str) -> None:
    inside = (PACKAGE / room).iterdir()
    boxes = {p.stem for p in inside if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert len(boxes - {"__init__"}) <= MAX_BOXES, sorted(boxes)


def test_no_folder_is_crowded() -> None:
    crowded = {}
    for folder in FOLDERS:
        modules = [p for p in folder.glob("*.py") if p.stem not in ("__init__", "__main__")]
        if len(modules) > MAX_MODULES:
            crowded[str(folder.relative_to(PACKAGE))] = len(modules)
    assert not crowded


def test_no_module_is_long() -> None:
    lengths = {str(p.relative_to(PACKAGE)): len(p.read_text().splitlines()) for p in MODULES}
    assert not {name: lines for name, lines in lengths.items() if lines > MAX_LINES}


def test_public_functions_have_few_parameters() -> None:
    many = {}
    for path in MODULES:
        for name, function in public_functions(ast.parse(path.read_text()).body):
            if parameter_count(function) > MAX_PARAMETERS and not is_command(function):
                many[f"{'.'.join(parts_of(path))}.{name}"] = parameter_count(function)
    assert not many


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
    return ".".join(("geosearch", *parts_of(path)))


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
