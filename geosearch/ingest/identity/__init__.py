"""Which scene of an index a file is: decided before its pixels are read."""
