"""What the tests of remote scenes know of their web server."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Web:
    """What is served, and what was asked."""

    url: str
    folder: Path
    asked: list[str] = field(default_factory=list)
    """Method, path with query, and the user's authorization if there was one."""
    headers: dict[str, str | None] = field(default_factory=dict)
    """Sent instead of the server's own; None to send none."""
