"""What an evaluation reports: figures, by which protocol, on which data, with which weights."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from geosearch import __version__
from geosearch.encoders import Encoder
from geosearch.errors import UsageError
from geosearch.json_text import json_text

_MAX_JSON = 1 << 30  # bytes


@dataclass(frozen=True, slots=True)
class Protocol:
    """A way to evaluate that others use too."""

    name: str
    """By which it is chosen, such as ``remoteclip``."""
    title: str
    """What it is, in one sentence that decides between it and its neighbours."""


@dataclass(frozen=True, slots=True)
class EncoderUsed:
    """The encoder that was judged."""

    name: str
    fingerprint: str
    """Family and hash of the weights and of all else that changes a vector."""
    precision: str
    """``float32`` or ``bf16``."""
    device: str
    text_length: int
    """Tokens; longer texts were truncated."""

    @classmethod
    def of(cls, encoder: Encoder) -> "EncoderUsed":
        """Describe a loaded encoder."""
        return cls(
            encoder.name,
            encoder.fingerprint,
            encoder.precision,
            encoder.device,
            encoder.text_length,
        )


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Figures of parts: of each class, of each selectivity."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]
    """One value per column."""


@dataclass(frozen=True, slots=True)
class PublishedResult:
    """A published row on the same set by the same protocol."""

    model: str
    figures: Mapping[str, float]
    """By the names of our figures; one that the authors do not give is absent."""
    source: str
    """Where it is printed."""
    remark: str = ""
    """What else decides, such as training on the set's own training part."""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one evaluation."""

    task: str
    """``retrieval``, ``classification``, ``localization`` or ``recall``."""
    protocol: Protocol
    set_name: str
    """The data set's name as the user or its file gives it."""
    counts: Mapping[str, int]
    """What was judged: images, captions, classes, ..."""
    figures: Mapping[str, float]
    """Name to value."""
    unit: str
    """Of the figures, such as ``percent``."""
    data_sha256: Mapping[str, str]
    """Part of the data to its hash."""
    prompts_sha256: str
    """Of the texts as they were given to the encoder, see :func:`hash_of_texts`."""
    encoder: EncoderUsed
    notes: tuple[str, ...] = ()
    """What to know before comparing."""
    breakdowns: tuple[Breakdown, ...] = ()
    published: tuple[PublishedResult, ...] = ()
    """Numbers from papers, where set and protocol are the same."""
    confusion: tuple[tuple[int, ...], ...] = field(default=())
    """Images of a class (row) that were taken for a class (column); classification only."""

    def to_json(self) -> str:
        """Return all of it as JSON text."""
        return json_text({"geosearch": __version__} | asdict(self), indent=2)


def hash_of_texts(texts: Sequence[str]) -> str:
    """Return the SHA-256 of texts: of their JSON list in UTF-8, without blanks between them."""
    written = json.dumps(list(texts), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def read_json(path: str | Path, hint: str) -> tuple[Any, str]:
    """Read a JSON file; return what it says, and its SHA-256.

    Raises:
        UsageError: It cannot be read, is too large or not valid JSON.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MAX_JSON + 1)
        if len(data) > _MAX_JSON:
            raise UsageError(f"{path} is larger than {_MAX_JSON:,} bytes", hint=hint)
        return json.loads(data), hashlib.sha256(data).hexdigest()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint=hint) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not valid JSON: {error}", hint=hint) from error
