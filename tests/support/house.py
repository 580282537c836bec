"""The house as its files say: rooms, floors, order, doors, and who imports whom."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click

import geosearch

PACKAGE = Path(geosearch.__file__).parent
FLOORS = {
    "errors": 0,
    "lazy": 0,
    "message": 0,
    "regular_file": 0,
    "atomic_write": 0,
    "stopwatch": 0,
    "arguments": 2,
    "chips": 1,
    "text": 1,
    "json_text": 2,
    "paths": 1,
    "outputs": 2,
    "geo": 2,
    "vocabulary": 2,
    "reporting": 2,
    "scenes": 4,
    "encoders": 4,
    "index": 4,
    "ingest": 5,
    "search": 5,
    "demo": 5,
    "localization": 6,
    "formats": 6,
    "evaluation": 6,
    "training": 7,
    "api": 7,
    "cli": 8,
    "__main__": 9,
}
"""A room imports from lower floors only."""
ORDER: dict[str, tuple[str, ...]] = {
    "cli": ("usage", "options", "output", "commands", "main"),
    "demo": ("drawing", "subjects", "landscapes", "archive", "training_chips"),
    "encoders": (
        "contract",
        "entries",
        "compute",
        "images",
        "texts",
        "weights",
        "layers",
        "two_towers",
        "clip",
        "siglip",
        "mini",
        "null",
        "catalog",
        "embedding",
    ),
    "formats": ("hits", "vectors"),
    "index": (
        "records",
        "arrays",
        "files",
        "folder",
        "filtering",
        "scoring",
        "segment",
        "generations",
        "integrity",
    ),
    "ingest": (
        "calibration_texts",
        "run",
        "identity",
        "embedding",
        "scene_file",
        "estimate",
        "pipeline",
    ),
    "reporting": ("course", "repeating", "reporter", "console", "log", "refusals"),
    "localization": ("cell_map", "outline", "hit_place", "scene_map"),
    "search": ("conditions", "asking", "filters", "hits", "likely", "queries", "ranking"),
    "scenes": ("places", "guarding", "finding", "state", "raster", "writing", "opening", "chips"),
}
"""The boxes of a room, bottom first: each imports from those before it only."""
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

OUTSIDE = PACKAGE.parent / "workshop", PACKAGE.parent / "benchmarks"
BESIDE = sorted(
    path
    for folder in (*OUTSIDE, PACKAGE.parent / "tests", PACKAGE.parent / "scripts")
    for path in folder.rglob("*.py")
)
"""Modules that are not in the wheel, and are held to the same limits."""
NOT_COUNTED = {"__init__", "__main__", "conftest", "test_floors"}
"""Of a folder's modules: doors, fixtures, and the test of the house itself."""
BEHIND_DOORS = {"benchmarks/encoding", "benchmarks/encode.py"}
"""What takes an encoder apart to measure it; all else outside uses front doors."""

MODULES = sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")
ROOMS = sorted({p.relative_to(PACKAGE).parts[0].removesuffix(".py") for p in MODULES})
FOLDERS = sorted({p.parent for p in (*MODULES, *BESIDE)})

LAZY_PACKAGES = sorted(p for p in PACKAGE.rglob("__init__.py") if "lazy_names(" in p.read_text())
"""Front doors that import names when they are first asked for."""

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


def public_functions(
    body: list[ast.stmt], owner: str = ""
) -> Iterator[tuple[str, ast.FunctionDef]]:
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


def module_name(path: Path) -> str:
    return ".".join(("geosearch", *parts_of(path)))


OTHER_PROGRAMS = re.compile(r"\b(?:convmv|gdal_edit\.py|ln|ulimit|python -m [\w.]+)(?![\w.]).*")
"""Commands of others that hints name, to the end of the text."""
FLAG = re.compile(r"(?:^|[\s`])(?:--[a-z]|-[a-zA-Z](?![\w-]))")
COMMANDS = (
    "index query localize info remove compact verify import export embed encoders train eval demo"
)
COMMAND = re.compile(rf"(?:`|: )geosearch (?:{COMMANDS.replace(' ', '|')})\b")


def texts(path: Path) -> Iterator[tuple[int, str, bool]]:
    """Yield a module's texts: line, text without its values, and whether it is for readers of code.

    A text of several parts and values is one, with ``{}`` for each value.
    """
    tree = ast.parse(path.read_text())
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            said = (p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
            yield node.lineno, "".join(map(str, said)), False
            continue
        if not isinstance(node, ast.Constant) or id(node) in parts:
            continue
        if isinstance(node.value, str):
            yield node.lineno, node.value, id(node) in docs


def flags_and_commands(path: Path) -> list[str]:
    """Options of the command line and commands of it in a module's texts."""
    return [
        f"{line}: {text}"
        for line, text, is_doc in texts(path)
        if FLAG.search(OTHER_PROGRAMS.sub("", text)) or (not is_doc and COMMAND.search(text))
    ]


def option_names(command: click.Command) -> Iterator[str]:
    """Yield the names of all options and arguments of a command and those below it."""
    yield from (str(parameter.name) for parameter in command.params)
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            inner = command.get_command(click.Context(command), name)
            assert inner is not None
            yield from option_names(inner)


def messages(path: Path) -> set[int]:
    """Return the lines on which words of a `Message` begin."""
    return {
        node.args[0].lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Message"
    }


def lazily_imported(path: Path) -> dict[str, str]:
    """What a package imports for type checkers only, by name, as `lazy_names` takes it."""
    package = ".".join(("geosearch", *path.relative_to(PACKAGE).parent.parts))
    homes = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for one in node.body:
                assert isinstance(one, ast.ImportFrom)
                assert one.module
                home = one.module.removeprefix(f"{package}.")
                for alias in one.names:
                    other = f":{alias.name}" if alias.asname else ""
                    homes[alias.asname or alias.name] = home + other
    return homes


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


def names_handed_out(room: str) -> tuple[str, ...]:
    """What the front door of a room has for others; nothing where it is one module."""
    door = PACKAGE / room / "__init__.py"
    for node in ast.parse(door.read_text()).body if door.exists() else []:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return tuple(ast.literal_eval(node.value))
    return ()


def names_taken(room: str) -> set[str]:
    """What other rooms, the package itself, the workshop and the benchmarks import of a room."""
    inside = PACKAGE / room
    others = [p for p in PACKAGE.rglob("*.py") if not p.is_relative_to(inside)]
    others += [p for folder in OUTSIDE for p in folder.rglob("*.py")]
    return {
        alias.name
        for path in others
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module == f"geosearch.{room}"
        for alias in node.names
    }


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())
