"""Keeping freed memory, so that a training step need not ask the system for it again."""

import ctypes
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4  # glibc, malloc.h
_TOP_PAD_BYTES = 256 << 20


def keep_freed_memory() -> None:
    """Tell glibc to reuse what is freed, for the rest of the process; do nothing elsewhere.

    By default every large tensor is mapped from the system again and its pages are cleared one by
    one, which takes as long as the arithmetic of a step (mallopt(3)).
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, -1)
        mallopt(_TOP_PAD, _TOP_PAD_BYTES)
