"""The sentences of a text."""

import re

_MIN_WORDS = 2
"""Less is not a sentence but an abbreviation, or a number: "approx.", "St.", "3."."""
MAX_SENTENCES = 32
"""Of a text; what comes after is read as part of the last one."""
_END = re.compile(r"(?<=[.!?;\n])\s+(?=\S)")


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, at most 32; a text of one sentence is that text.

    A sentence ends at a full stop, an exclamation mark, a question mark, a semicolon or a line
    break that white space follows. What is shorter than two words goes with what comes next.
    """
    parts: list[str] = []
    waiting = ""
    for part in _END.split(text.strip()):
        waiting = f"{waiting} {part.strip()}".strip()
        if len(waiting.split()) >= _MIN_WORDS:
            parts.append(waiting)
            waiting = ""
    if waiting:
        parts[-1:] = [f"{parts[-1]} {waiting}" if parts else waiting]
    if len(parts) > MAX_SENTENCES:
        parts[MAX_SENTENCES - 1 :] = [" ".join(parts[MAX_SENTENCES - 1 :])]
    return tuple(parts) if len(parts) > 1 else (text,)
