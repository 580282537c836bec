"""How many bits and bytes a code of the approximate tier has."""

BITS = 4
"""Bits of a sub-quantizer's number."""

_CODES_PART = 2
"""Codes and their ids may take half of the memory, since they grow in it."""

_ID_BYTES = 8

_FINE = (2, 3, 4, 5, 7, 1)
"""Numbers that a sub-quantizer stands for: the first of these that divides the dimension."""

_COARSE = (4, 6, 5, 3, 7, 2, 1)
"""The same for codes of half the length."""


def sub_quantizers(dim: int) -> int:
    """Return the number of sub-vectors: of two numbers each, or of what divides the dimension."""
    return dim // next(width for width in _FINE if dim % width == 0)


def codes_within(memory_bytes: int | None, rows: int, dim: int) -> int:
    """Return the number of sub-vectors, half as many where codes of all would take too much.

    Args:
        memory_bytes: What building the tier may take; None for no bound.
        rows: Rows to encode.
        dim: Length of a vector.
    """
    fine = sub_quantizers(dim)
    row_bytes = code_bytes(fine) + _ID_BYTES
    if memory_bytes is None or rows * row_bytes <= memory_bytes // _CODES_PART:
        return fine
    return min(fine, dim // next(width for width in _COARSE if dim % width == 0))


def code_bytes(sub_quantizers: int) -> int:
    """Return the bytes of a row's code: half a byte each, of an even number of them."""
    return (sub_quantizers + 1) // 2
