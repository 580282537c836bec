"""Which encoder to use, and what it computes in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geosearch.arguments import require_field_types
from geosearch.errors import UsageError
from geosearch.message import Message
from geosearch.paths import PathLike

if TYPE_CHECKING:
    from geosearch.encoders import Encoder
    from geosearch.index import IndexSpec

REFERENCE_PRECISION = "float32"
"""What to compute in where vectors leave geosearch, or figures are compared with papers'."""


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """Which encoder to use, and what it computes in; None leaves a part open."""

    name: str | None = None
    """Its name. Default: the index's; for a new index DGTRS-CLIP B/16 where its weights are here or
    can be fetched, else ``mini``."""
    weights: PathLike | None = None
    """Its weights: a file, or the folder it is in. Default: the index's, or those of the name."""
    activation: str | None = None
    """``quickgelu`` or ``gelu``, if the weights were trained with another one than the name stands
    for; the index remembers it."""
    device: str = "auto"
    """Where it computes: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``."""
    precision: str = "auto"
    """``float32`` or ``bf16``; ``auto`` takes ``bf16`` where the device has it."""

    def __post_init__(self) -> None:
        require_field_types(self)

    @property
    def full_name(self) -> str:
        """The name with the activation, as an index records it.

        Raises:
            UsageError: The encoder is unknown, or cannot have the activation.
        """
        from geosearch.encoders import encoder_names, with_activation

        if self.name is None:
            raise UsageError(
                "no encoder is named",
                hint=f"name one of {', '.join(encoder_names())}",
                parameter="encoder",
            )
        return with_activation(self.name, self.activation)

    def load(self) -> Encoder:
        """Return the encoder.

        Raises:
            UsageError: The name, the device or the precision is unknown.
            EncoderError: It cannot be loaded.
        """
        from geosearch.encoders import load_encoder

        return load_encoder(
            self.full_name, weights=self.weights, device=self.device, precision=self.precision
        )

    def as_recorded(self, spec: IndexSpec) -> EncoderChoice:
        """Return the choice with what is open as an index records it: chips are embedded alike."""
        name = self.name or spec.encoder
        is_its_own = self.weights is not None or name != spec.encoder
        return replace(self, name=name, weights=self.weights if is_its_own else spec.weights)


def encoder_choice(encoder: EncoderChoice | str | None) -> EncoderChoice:
    """Return the choice that a caller gives as a choice, as a name, or not at all.

    Raises:
        UsageError: It is something else.
    """
    if encoder is None or isinstance(encoder, str):
        return EncoderChoice(encoder)
    if not isinstance(encoder, EncoderChoice):
        raise UsageError(
            Message("`encoder` is {}", repr(encoder)),
            hint="give a name, or an EncoderChoice",
            parameter="encoder",
        )
    return encoder
