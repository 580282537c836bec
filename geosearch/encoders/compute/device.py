"""Where an encoder computes, and in what precision."""

import torch

from geosearch.errors import EncoderError, UsageError

FLOAT32 = "float32"
BF16 = "bf16"
PRECISIONS = ("auto", FLOAT32, BF16)
_DTYPES = {FLOAT32: torch.float32, BF16: torch.bfloat16}


def resolve_device(device: str = "auto") -> str:
    """Return the device to use: ``auto`` is the first CUDA device, else the CPU.

    Apple's ``mps`` is used by name only: its results have not been compared with the reference.

    Raises:
        UsageError: The kind of device is unknown.
        EncoderError: This machine has none.
    """
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
    if precision not in PRECISIONS:
        raise UsageError(
            f"unknown precision {precision!r}",
            hint=f"use one of {', '.join(PRECISIONS)}",
            parameter="precision",
        )
    if precision != "auto":
        return precision
    return BF16 if _multiplies_in_bf16(device) else FLOAT32


def dtype_of(precision: str) -> torch.dtype:
    """Return torch's type of a resolved precision."""
    return _DTYPES[precision]


def _multiplies_in_bf16(device: str) -> bool:
    kind = torch.device(device).type
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if kind == "cpu":
        # dot products of bf16 pairs; AVX-512 alone would only emulate them
        return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return False
