"""Where an encoder computes, and in what precision."""

import torch

from geosearch.errors import EncoderError, UsageError

FLOAT32 = "float32"
BF16 = "bf16"
PRECISIONS = ("auto", FLOAT32, BF16)
_DTYPES = {FLOAT32: torch.float32, BF16: torch.bfloat16}


def resolve_device(device: str = "auto") -> str:
    """Return the device meant: ``auto`` is the first CUDA device, else the CPU.

    Apple's ``mps`` is taken by name only: its results have not been compared with the reference.

    Raises:
        UsageError: There is no such kind of device.
        EncoderError: There is none on this machine.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        meant = torch.device(device)
    except RuntimeError as error:
        raise UsageError(
            f"unknown device {device!r}", hint="use auto, cpu, cuda, cuda:1 or mps"
        ) from error
    if meant.type == "cuda" and not torch.cuda.is_available():
        raise EncoderError(
            f"device {device!r} asked for, but PyTorch sees no CUDA device",
            hint="use --device cpu, or install a CUDA build of PyTorch and its driver",
        )
    if meant.type == "cuda" and (meant.index or 0) >= torch.cuda.device_count():
        raise EncoderError(
            f"device {device!r} asked for, but there are {torch.cuda.device_count()}",
            hint="devices are counted from cuda:0",
        )
    if meant.type == "mps" and not torch.backends.mps.is_available():
        raise EncoderError("device 'mps' asked for, but PyTorch sees none", hint="use --device cpu")
    if meant.type not in ("cpu", "cuda", "mps"):
        raise UsageError(f"device {device!r} cannot be used", hint="use auto, cpu, cuda or mps")
    return device


def resolve_precision(device: str, precision: str = "auto") -> str:
    """Return ``float32`` or ``bf16``; ``auto`` is bf16 where the device multiplies in it.

    Args:
        device: As :func:`resolve_device` returned it.
        precision: ``auto``, ``float32`` or ``bf16``. The last is taken everywhere, and slow
            where the hardware lacks it.

    Raises:
        UsageError: Another word.
    """
    if precision not in PRECISIONS:
        raise UsageError(
            f"unknown precision {precision!r}", hint=f"use one of {', '.join(PRECISIONS)}"
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
