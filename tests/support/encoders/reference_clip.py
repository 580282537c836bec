"""open_clip as the reference of CLIP models, also where torchvision is not installed.

open_clip imports torchvision for its training transforms and for frozen batch norms; building a
model and running it needs neither. There is no CPU build of torchvision to be had everywhere, so
names stand in for it while open_clip is imported, and would fail if any were used.
"""

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

import pytest

_NAMES = (
    "torchvision",
    "torchvision.ops",
    "torchvision.ops.misc",
    "torchvision.transforms",
    "torchvision.transforms.functional",
)


class _Name(type):
    def __getattr__(cls, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return name


class _Absent(ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__ = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Name(name, (), {})


def open_clip() -> ModuleType:
    """Import open_clip, or skip the test."""
    if importlib.util.find_spec("open_clip") is None:
        pytest.skip("open_clip_torch is not installed")
    if "open_clip" not in sys.modules and importlib.util.find_spec("torchvision") is None:
        importlib.import_module("transformers")  # it looks for torchvision too, and shall not find
        absent = {name: _Absent(name) for name in _NAMES}
        for name, module in absent.items():
            parent, _, last = name.rpartition(".")
            if parent:
                setattr(absent[parent], last, module)
        sys.modules.update(absent)
        try:
            importlib.import_module("open_clip")
        finally:
            for name in absent:
                del sys.modules[name]
    return importlib.import_module("open_clip")
