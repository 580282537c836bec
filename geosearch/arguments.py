"""What a caller gives, compared with what the signature says, at the door of the public API.

A wrong type would end deep inside in an error of Python's that names nothing the caller knows.
"""

import builtins
import os
import sys
import types
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache, wraps
from inspect import Parameter, signature
from numbers import Integral, Real
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, is_typeddict

from geosearch.errors import UsageError
from geosearch.message import Message, named

Function = TypeVar("Function", bound=Callable[..., Any])

_SHOWN_LETTERS = 80
_LISTS: tuple[Any, ...] = (Sequence, Collection, list, tuple, set, frozenset)
_NUMBERS: dict[Any, type] = {int: Integral, float: Real}
"""NumPy's numbers are of these, too."""
_CALLED: dict[Any, str] = {
    str: "a text",
    os.PathLike: "a path",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    type(None): "None",
    Callable: "a function",
    Mapping: "a dict",
    dict: "a dict",
}
"""What a type is called in a hint; others are called by their name."""


def checked(function: Function) -> Function:
    """Refuse arguments of a function that are not what its annotations say.

    What an annotation names that is imported for type checkers only is not looked at: the function
    does it.

    Raises:
        UsageError: An argument is of another type, or not a path.
    """
    shape = signature(function)

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            given = shape.bind(*args, **kwargs).arguments
        except TypeError:  # the call itself says what is missing, or one too many
            return function(*args, **kwargs)
        kinds = _kinds(function)
        for name, value in given.items():
            if name in kinds:
                _require(name, value, kinds[name])
        return function(*args, **kwargs)

    return call  # type: ignore[return-value]  # takes and returns the same


def require_field_types(value: Any) -> None:
    """Refuse fields of a dataclass that are not what its annotations say.

    Raises:
        UsageError: One is of another type.
    """
    kinds = _field_kinds(value.__class__)
    for field in fields(value):
        _require(field.name, getattr(value, field.name), kinds[field.name])


def _require(name: str, value: Any, kind: Any) -> None:
    if not fits(value, kind):
        # imported here: only what is refused is shown
        from geosearch.text import shown

        text = shown(repr(value))
        text = text if len(text) <= _SHOWN_LETTERS else f"{text[:_SHOWN_LETTERS]}..."
        hint = f"give {_called(kind)}"
        raise UsageError(Message("{} is {}", named(name), text), hint=hint, parameter=name)


def fits(value: Any, kind: Any) -> bool:
    """Return whether a value is what an annotation says; what cannot be told is let through."""
    origin, inner = get_origin(kind) or kind, get_args(kind)
    if origin in (Union, types.UnionType):
        is_path = any((get_origin(one) or one) is os.PathLike for one in inner)
        if is_path and isinstance(value, str | os.PathLike):
            return _can_be_path(value)
        return any(fits(value, one) for one in inner)
    if origin is Literal:
        return value in inner
    if origin is bool:
        return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")  # NumPy's
    if origin in _NUMBERS:
        return not isinstance(value, bool) and isinstance(value, _NUMBERS[origin])
    if origin is Callable or origin is types.FunctionType:
        return callable(value)
    if origin in _LISTS and isinstance(value, str | bytes):
        return False  # a text is no list of its letters
    if not isinstance(origin, type) or is_typeddict(origin):
        return origin is not None or value is None
    try:
        is_one = isinstance(value, origin)
    except TypeError:  # a protocol that only type checkers know
        return True
    if not is_one:
        return False
    if origin in _LISTS and inner:
        return all(any(fits(one, each) for each in inner if each is not ...) for one in value)
    return True


def _can_be_path(value: Any) -> bool:
    name = os.fspath(value)
    return isinstance(name, str) and bool(name) and "\0" not in name


def _called(kind: Any) -> str:
    inner = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    origins = {get_origin(one) or one for one in inner}
    names = []
    for one in inner:
        origin = get_origin(one) or one
        if origin is str and os.PathLike in origins:
            continue
        names.append(_called_alone(one, origin))
    *first, last = dict.fromkeys(names)
    return f"{', '.join(first)} or {last}" if first else last


def _called_alone(kind: Any, origin: Any) -> str:
    if origin is Literal:
        return " or ".join(map(str, get_args(kind)))
    if origin in _LISTS or origin is Iterable:
        return "a list" + (f" of {_plural(get_args(kind)[0])}" if get_args(kind) else "")
    if origin in _CALLED:
        return _CALLED[origin]
    name = getattr(origin, "__name__", str(origin))
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def _plural(kind: Any) -> str:
    return {str: "texts", int: "whole numbers", float: "numbers"}.get(kind, "paths")


@cache
def _kinds(function: Callable[..., Any]) -> dict[str, Any]:
    found = {}
    for name, parameter in signature(function).parameters.items():
        single = parameter.kind not in (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL)
        if single and parameter.annotation is not Parameter.empty:
            found[name] = _resolved(parameter.annotation, function.__globals__)
    return found


@cache
def _field_kinds(kind: type) -> dict[str, Any]:
    names = vars(sys.modules[kind.__module__])
    return {field.name: _resolved(field.type, names) for field in fields(kind)}


class _Names(dict[str, Any]):
    """Names of a module; one that it does not have at run time stands for anything."""

    def __missing__(self, name: str) -> Any:
        return getattr(builtins, name, Any)


def _resolved(annotation: Any, names: Mapping[str, Any]) -> Any:
    if not isinstance(annotation, str):
        return annotation
    return eval(annotation, {}, _Names(names))  # of our own source
