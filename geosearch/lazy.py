"""Names of a package that are imported when they are first asked for."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_names(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a module's ``__getattr__`` (PEP 562) for names whose modules are heavy.

    A name that was found becomes an attribute of the package.

    Args:
        package: The package's ``__name__``.
        homes: Name to the module of the package that has it; to ``module:attribute`` where it
            has another name there.
    """

    def find(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, attribute = homes[name].partition(":")
        found = getattr(import_module(f"{package}.{module}"), attribute or name)
        setattr(sys.modules[package], name, found)
        return found

    return find
