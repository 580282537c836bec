"""The `geosearch` command; also `python -m geosearch`, for those who start Python themselves.

The command line is imported in `main`, so that Ctrl-C during that ends in one line, too.
"""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and exit with its status."""
    try:
        from geosearch.cli import main

        main()
    except KeyboardInterrupt:  # while it was imported: a command that runs says more
        print("interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
