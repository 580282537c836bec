"""Errors for people: what is wrong, with the offending value, and what to do about it.

GeosearchError
├── UsageError          an invalid option or argument (also a ValueError)
│   └── UnknownConditionError    a keyword that no filter has (also a TypeError)
├── SceneError          a raster that cannot be read or placed on Earth (also an OSError)
├── EncoderError        an encoder that cannot be built or used (also a RuntimeError)
│   └── WeightsError    weights that are missing or do not fit (also an OSError)
└── IndexFolderError    an index folder that cannot be read or written (also an OSError)

Interrupted is a KeyboardInterrupt, not an error: a run stopped because it was asked to.

Only the command line turns them into exit statuses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class GeosearchError(Exception):
    """The root of the family; every error carries a remedy.

    Texts name parameters by their Python names in backticks, `max_memory`: the command line shows
    its own option in their place.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        details: Sequence[str] = (),
        parameter: str | None = None,
    ) -> None:
        super().__init__("\n".join([message, *(f"  {detail}" for detail in details)]))
        self.message = message
        """What is wrong, with the offending value, in one line."""
        self.details = tuple(details)
        """What it is made of, where that takes more lines: one each."""
        self.hint = hint
        """What to do about it."""
        self.parameter = parameter
        """The argument that is wrong, by its Python name; None where the error is not about one."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Be the same in another process: Python would make it again of its message alone."""
        return _again, (type(self), self.args, vars(self))


def _again(
    kind: type[GeosearchError], arguments: tuple[Any, ...], known: dict[str, Any]
) -> GeosearchError:
    # of two built-in parents, the one that has more to keep makes it
    maker = OSError if issubclass(kind, OSError) else kind
    error = maker.__new__(kind, *arguments)
    error.args = arguments  # which an OSError takes only when it is initialized
    vars(error).update(known)
    return error


class UsageError(GeosearchError, ValueError):
    """An invalid option or argument."""


class UnknownConditionError(UsageError, TypeError):
    """A keyword that no filter has, as Python refuses other unknown keywords."""


class SceneError(GeosearchError, OSError):
    """A raster that cannot be read, or that has no place on Earth."""


class EncoderError(GeosearchError, RuntimeError):
    """An encoder that cannot be built or used."""


class WeightsError(EncoderError, OSError):
    """Weights that are missing, unreadable, or of another architecture."""

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        details: Sequence[str] = (),
        parameter: str | None = "weights",
    ) -> None:
        super().__init__(message, hint=hint, details=details, parameter=parameter)


class IndexFolderError(GeosearchError, OSError):
    """An index folder that cannot be read or written."""


class Interrupted(KeyboardInterrupt):
    """A run that was asked to stop, and stopped where it can be continued; says how."""


def first_line(error: BaseException) -> str:
    """Return what an engine's error says in its first line, or its kind if it says nothing."""
    if isinstance(error, RecursionError):  # Python speaks of itself, not of the document
        return "it is nested too deeply"
    return (str(error).strip() or type(error).__name__).splitlines()[0]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An input that was left out, so that the rest can go on."""

    input: str
    """What was refused: a scene id or a path."""
    reason: str
    """What is wrong with it."""
    hint: str
    """What to do about it."""
    path: str | None = None
    """Where it is, if ``input`` is an id."""
