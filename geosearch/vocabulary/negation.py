"""Words that exclude something: encoders read over them."""

import re

# "no" and "not" before a thing; "not far from", "no more than" exclude nothing
_EXCLUDING = re.compile(
    r"\b(?:without|but no|but not|with no|not|no)\s+(?:any\s+|a\s+|an\s+|the\s+)?"
    r"(?P<what>[^\W\d_]{2,}(?:\s+[^\W\d_]{2,})?)",
    re.IGNORECASE,
)
_HARMLESS = frozenset(
    {"far", "near", "more", "less", "only", "too", "very", "much", "many", "so", "quite", "just"}
    | {"yet", "fully", "longer", "later", "smaller", "larger", "wider", "least", "one"}
    | {"entirely", "completely"}
)
_LINKS = frozenset(
    {"in", "on", "at", "of", "and", "or", "near", "beside", "by", "with", "from", "to", "next"}
)


def excluded(text: str) -> str | None:
    """Return what a text seems to exclude ("a lake without a town": "town"); None for nothing."""
    for match in _EXCLUDING.finditer(text):
        words = match["what"].split()
        if words[0].lower() not in _HARMLESS:
            return words[0] if len(words) == 1 or words[1].lower() in _LINKS else " ".join(words)
    return None
