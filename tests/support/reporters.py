"""A reporter that keeps what it is told."""

from dataclasses import dataclass, field

from geosearch.reporting import Reporter


@dataclass
class KeptLines(Reporter):
    """Keeps lines, for a test to read them."""

    lines: list[str] = field(default_factory=list)
    """In the order they came."""

    def say(self, line: str, /) -> None:
        """Keep a line."""
        self.lines.append(line)
