"""What an encoder's vectors depend on, as one short name."""

import hashlib
import json
from collections.abc import Mapping

_HEX_DIGITS = 16


def fingerprint(family: str, facts: Mapping[str, object]) -> str:
    """Return ``family-0123456789abcdef``: equal if and only if all facts are.

    Args:
        family: The kind of encoder.
        facts: Everything that changes a vector, as JSON values: the weights' hash, sizes,
            activation, versions of preprocessing and tokenizer; not device and precision.
    """
    written = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return f"{family}-{hashlib.sha256(written.encode()).hexdigest()[:_HEX_DIGITS]}"
