"""Where an index is scanned: on a GPU or on the CPU."""

import sys
from functools import cache


def scan_device(device: str) -> str | None:
    """Return the CUDA device that scans; None for the CPU.

    PyTorch takes a second to load, and only it knows whether there is CUDA: ``auto`` asks it only
    if an encoder has loaded it already, which `mini` does for images only. ``mps`` is for encoders
    only.

    Args:
        device: As the user gave it.

    Raises:
        UsageError: The kind of device is unknown.
        EncoderError: There is none on this machine.
    """
    if device == "cpu" or (device == "auto" and "torch" not in sys.modules):
        return None
    return _cuda(device)


@cache
def _cuda(device: str) -> str | None:
    from geosearch.encoders import resolve_device

    resolved = resolve_device(device)
    return resolved if resolved.startswith("cuda") else None
