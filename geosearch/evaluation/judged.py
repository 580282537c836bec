"""The encoder that is judged: loaded, or to be loaded once all else is known to be right."""

from collections.abc import Callable
from typing import TypeAlias

from geosearch.encoders import Encoder

Judged: TypeAlias = Encoder | Callable[[], Encoder]
"""An encoder, or what loads it: that may take minutes, and a wrong file is found in no time."""


def loaded(judged: Judged) -> Encoder:
    """Return the encoder."""
    return judged if isinstance(judged, Encoder) or not callable(judged) else judged()
