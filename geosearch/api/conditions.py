"""Functions that take ``**conditions`` show each condition to whoever asks for help."""

from __future__ import annotations

import re
from collections.abc import Callable
from inspect import Parameter, cleandoc, signature
from typing import Any, TypeVar

from geosearch.search import Conditions

Function = TypeVar("Function", bound=Callable[..., Any])

_ENTRY = re.compile(r"^    \*\*conditions:.*\n(?: {8}.*\n)*", re.MULTILINE)
"""What the docstring of such a function says of them all together."""


def takes_conditions(function: Function) -> Function:
    """Let ``help``, and what completes names, see conditions as keywords of their own.

    Args:
        function: Takes ``**conditions: Unpack[Conditions]``, which type checkers read, and has an
            entry ``**conditions:`` among its arguments.
    """
    kinds = Conditions.__annotations__  # strings: what they name is not imported here
    own = signature(function)
    parameters = [one for one in own.parameters.values() if one.kind is not one.VAR_KEYWORD]
    for name, kind in kinds.items():
        written = kind.__forward_arg__
        unset = False if written == "bool" else None
        parameters.append(
            Parameter(name, Parameter.KEYWORD_ONLY, default=unset, annotation=written)
        )
    vars(function)["__signature__"] = own.replace(parameters=parameters)
    # Python started with -OO has no docstrings
    _, _, entries = cleandoc(Conditions.__doc__ or "").partition("Attributes:\n")
    function.__doc__ = _ENTRY.sub(lambda _: f"{entries}\n", cleandoc(function.__doc__ or ""))
    return function
