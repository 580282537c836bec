"""The house holds: floors, doors, rooms in order, no circles, no crowded folder, a light start."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from support.house import (
    BEHIND_DOORS,
    BESIDE,
    DOORS,
    FLOORS,
    FOLDERS,
    HEAVY,
    LAZY_PACKAGES,
    MAX_BOXES,
    MAX_LINES,
    MAX_MODULES,
    MAX_PARAMETERS,
    MODULES,
    NOT_COUNTED,
    ORDER,
    OUTSIDE,
    PACKAGE,
    ROOMS,
    flags_outside_commands,
    imports,
    is_command,
    lazily_imported,
    module_name,
    modules_of,
    names_handed_out,
    names_taken,
    own_imports,
    parameter_count,
    parts_of,
    public_functions,
    top_level_imports,
)


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


@pytest.mark.parametrize("room", ROOMS)
def test_a_front_door_hands_out_what_others_take(room: str) -> None:
    """What nobody outside asks for is private: it may change."""
    assert not set(names_handed_out(room)) - names_taken(room)


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
        if path == folder / "__init__.py":
            continue
        inside = parts_of(path)[1]
        upward += [
            f"{'.'.join(parts_of(path))} imports {'.'.join(name)}"
            for name in own_imports(path)
            if name[0] == room and len(name) > 1 and place[name[1]] > place[inside]
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
        modules = [p for p in folder.glob("*.py") if p.stem not in NOT_COUNTED]
        if len(modules) > MAX_MODULES:
            crowded[str(folder.relative_to(PACKAGE.parent))] = len(modules)
    assert not crowded


def test_no_module_is_long() -> None:
    lengths = {
        str(path.relative_to(PACKAGE.parent)): len(path.read_text().splitlines())
        for path in (*MODULES, *BESIDE)
    }
    assert not {name: lines for name, lines in lengths.items() if lines > MAX_LINES}


def test_public_functions_have_few_parameters() -> None:
    many = {}
    for path in (*MODULES, *BESIDE):
        for name, function in public_functions(ast.parse(path.read_text()).body):
            if parameter_count(function) > MAX_PARAMETERS and not is_command(function):
                place = path.relative_to(PACKAGE.parent)
                many[f"{place}: {name}"] = parameter_count(function)
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


def test_only_the_command_line_writes_flags() -> None:
    """The library names parameters in backticks, which `cli` shows as flags."""
    written = {
        str(path.relative_to(PACKAGE)): flags
        for path in MODULES
        if parts_of(path)[0] != "cli" and (flags := flags_outside_commands(path.read_text()))
    }
    assert not written


@pytest.mark.parametrize("path", LAZY_PACKAGES, ids=lambda path: path.parent.name)
def test_lazy_names_come_from_where_type_checkers_look(path: Path) -> None:
    """mypy reads the imports and ``__all__`` as they are written, so neither can be computed."""
    package = importlib.import_module(module_name(path))
    assert lazily_imported(path) == package._HOME
    assert set(package._HOME) <= set(package.__all__)


def test_help_imports_no_heavy_library() -> None:
    script = (
        "import sys; from geosearch.cli.main import run; run(['--help']);"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stderr.strip() == "[]"


def test_the_package_imports_nothing_of_the_workshop_and_the_benchmarks() -> None:
    inward = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if {name[0] for name in imports(path)} & {"workshop", "benchmarks"}
    ]
    assert not inward


def test_workshop_and_benchmarks_use_front_doors() -> None:
    deep = []
    for path in (path for folder in OUTSIDE for path in folder.rglob("*.py")):
        place = path.relative_to(PACKAGE.parent).as_posix()
        if not any(place.startswith(known) for known in BEHIND_DOORS):
            deep += [
                f"{place} imports geosearch.{'.'.join(name)}"
                for name in own_imports(path)
                if len(name) > 1
            ]
    assert not deep
