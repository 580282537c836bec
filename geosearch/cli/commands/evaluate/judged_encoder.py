"""The encoder that is judged, as options name it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from geosearch.api import REFERENCE_PRECISION
from geosearch.cli.options import encoder_options

if TYPE_CHECKING:
    from geosearch.api import EncoderChoice
    from geosearch.encoders import Encoder

judged_encoder_options = encoder_options(
    "encoder", "activation", required=True, precision=REFERENCE_PRECISION
)


def known_loader(encoder: "EncoderChoice") -> "Callable[[], Encoder]":
    """Return what loads the encoder, once all else is known to be right.

    Raises:
        UsageError: The encoder is unknown.
    """
    from geosearch.encoders import encoder_info

    encoder_info(encoder.full_name)
    return encoder.load
