"""Where an encoder computes, and in what precision."""

from typing import TYPE_CHECKING

from geosearch.errors import EncoderError, UsageError

if TYPE_CHECKING:
    import torch

FLOAT32 = "float32"
BF16 = "bf16"
PRECISIONS = ("auto", FLOAT32, BF16)


def resolve_device(device: str = "auto") -> str:
    """Return the device to use: ``auto`` is the first CUDA device, else the CPU.

    Apple's ``mps`` is used by name only: its results have not been compared with the reference.
    The CPU is there without asking torch, which takes seconds to load.

    Raises:
        UsageError: The kind of device is unknown.
        EncoderError: This machine has none.
    """
    if device == "cpu":
        return device
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        meant = torch.device(device)
    except RuntimeError as error:
        raise UsageError(
            f"unknown device {device!r}",
            hint="use auto, cpu, cuda, cuda:1 or mps",
            parameter="device",
        ) from error
    if meant.type == "cuda" and not torch.cuda.is_available():
        raise EncoderError(
            f"PyTorch sees no CUDA device, so {device!r} cannot be used",
            hint="use the device cpu, or install a CUDA build of PyTorch and its driver",
            parameter="device",
        )
    if meant.type == "cuda" and (meant.index or 0) >= torch.cuda.device_count():
        raise EncoderError(
            f"there is no device {device!r}: PyTorch sees {torch.cuda.device_count()} CUDA devices",
            hint="devices are counted from cuda:0",
            parameter="device",
        )
    if meant.type == "mps" and not torch.backends.mps.is_available():
        raise EncoderError(
            "PyTorch sees no device 'mps'", hint="use the device cpu", parameter="device"
        )
    if meant.type not in ("cpu", "cuda", "mps"):
        raise UsageError(
            f"device {device!r} cannot be used",
            hint="use auto, cpu, cuda or mps",
            parameter="device",
        )
    return device


def resolve_precision(device: str, precision: str = "auto") -> str:
    """Return ``float32`` or ``bf16``; ``auto`` is bf16 where the device multiplies in it.

    Args:
        device: As :func:`resolve_device` returned it.
        precision: ``auto``, ``float32`` or ``bf16``. The last works everywhere, and is slow
            where the hardware lacks it.

    Raises:
        UsageError: The precision is unknown.
    """
    _require_precision(precision)
    if precision != "auto":
        return precision
    return BF16 if _multiplies_in_bf16(device) else FLOAT32


def require_compute(device: str, precision: str) -> None:
    """Refuse what cannot compute here; what is open is left to `resolve_device`.

    Raises:
        UsageError: The kind of device, or the precision, is unknown.
        EncoderError: This machine has no such device.
    """
    if device != "auto":
        resolve_device(device)
    _require_precision(precision)


def _require_precision(precision: str) -> None:
    if precision not in PRECISIONS:
        raise UsageError(
            f"unknown precision {precision!r}",
            hint=f"use one of {', '.join(PRECISIONS)}",
            parameter="precision",
        )


def dtype_of(precision: str) -> "torch.dtype":
    """Return torch's type of a resolved precision."""
    import torch

    return {FLOAT32: torch.float32, BF16: torch.bfloat16}[precision]


def _multiplies_in_bf16(device: str) -> bool:
    import torch

    kind = torch.device(device).type
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if kind == "cpu":
        # dot products of bf16 pairs; AVX-512 alone would only emulate them
        return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return False
