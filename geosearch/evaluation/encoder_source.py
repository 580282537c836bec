"""The encoder to evaluate: loaded, or to be loaded once all else is known to be right."""

from collections.abc import Callable
from typing import TypeAlias

from geosearch.encoders import Encoder

EncoderSource: TypeAlias = Encoder | Callable[[], Encoder]
"""An encoder, or a function that loads it: loading may take minutes."""


def load_source(source: EncoderSource) -> Encoder:
    """Return the encoder."""
    return source if isinstance(source, Encoder) or not callable(source) else source()
