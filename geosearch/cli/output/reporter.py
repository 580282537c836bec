"""What commands say beside their answer: as the library says it, with flags for parameters."""

from geosearch.cli.output.flags import with_flags
from geosearch.reporting import ConsoleReporter, Reporter


class CommandReporter(ConsoleReporter):
    """Writes to stderr, in the words of the command that is running."""

    def say(self, line: str, /) -> None:
        """Write one line."""
        super().say(with_flags(line))


CONSOLE: Reporter = CommandReporter()
"""What all commands use."""
