"""Text from outside: file names, documents and arguments are not yet text, nor safe to print.

One function each way. `decoded` lets in the bytes of a document and `readable` a Python string;
both refuse what is not text. `shown` turns anything into a line that a terminal, a log and a JSON
document can hold.
"""

import codecs
import re
import unicodedata

from geosearch.errors import UsageError
from geosearch.message import Message

_HIDDEN = {"Cc", "Cs", "Zl", "Zp"}
"""General categories (Unicode 15.0, 4.5) that are escaped: controls, surrogates, line breaks."""
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that change in which order a terminal writes what follows (Unicode TR 9, 2)."""


_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks (Unicode 15.0, 23.8), and how what follows is decoded, without the mark."""
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")


def decoded(
    data: bytes,
    what: str,
    hint: str = "save it as UTF-8",
    *,
    in_parts: bool = False,
    parameter: str | None = None,
) -> str:
    """Return the text of a document: UTF-8, or UTF-16 or UTF-32 that begin with a mark.

    Args:
        data: All of it.
        what: What it is, for the message: ``queries.txt``.
        hint: What to do about it.
        in_parts: Whether the caller looks at each part with `is_readable`: a byte that is not UTF-8
            then becomes a lone surrogate (PEP 383), and costs its part and not the whole.
        parameter: The argument that names the document.

    Raises:
        UsageError: It is none of these.
    """
    encoding = next((name for mark, name in _MARKED if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding not in ("utf-8", "utf-8-sig"):
            raise UsageError(
                Message("{} is not {} text", what, encoding.upper()), hint=hint, parameter=parameter
            ) from None
        if in_parts:
            return data.decode(encoding, "surrogateescape")
        line = len(_LINE_ENDS.findall(error.object[: error.start])) + 1
        byte = error.object[error.start]
        raise UsageError(
            Message("{} is not UTF-8 text: line {} has the byte {}", what, line, f"0x{byte:02x}"),
            hint=hint,
            parameter=parameter,
        ) from None


def shown(text: object, *, lines: bool = False) -> str:
    r"""Return a text as it can be printed: characters that are not printable are escaped.

    A byte of a file name that is not UTF-8 becomes ``\xe8``, a control character ``\x1b``, a lone
    surrogate ``\ud83d``.

    Args:
        text: A text or a path; of anything else its `str`.
        lines: Keep line breaks and tabs. A value inside a message is one line: with a line break,
            a file's name could pass for a message of ours.
    """
    whole = str(text)
    if whole.isascii() and whole.isprintable():
        return whole
    kept = "\n\t" if lines else ""
    return "".join(one if one in kept else _shown(one) for one in whole)


def _shown(character: str) -> str:
    if character in _DIRECTIONS or unicodedata.category(character) in _HIDDEN:
        number = ord(character)
        if 0xDC80 <= number <= 0xDCFF:  # how Python holds a byte that is not UTF-8 (PEP 383)
            number -= 0xDC00
        return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
    return character


def is_readable(text: str) -> bool:
    """Return whether a `str` is text: one that holds lone surrogates cannot be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def readable(
    text: str, what: str, hint: str = "write it in UTF-8", *, parameter: str | None = None
) -> str:
    """Return a text after checking it.

    Args:
        text: From a file, a document or the command line.
        what: What it is, for the message: ``the query``.
        hint: What to do about it.
        parameter: The argument that it was given as.

    Raises:
        UsageError: It is not UTF-8 text.
    """
    if not is_readable(text):
        raise UsageError(
            Message("{} is not UTF-8 text: {}", what, shown(text)), hint=hint, parameter=parameter
        )
    return text
