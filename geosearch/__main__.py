"""`python -m geosearch`: the command line, for those who start Python themselves (torchrun)."""

from geosearch.cli import main

if __name__ == "__main__":
    main()
