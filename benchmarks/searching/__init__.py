"""The parts of the benchmark of search: building an index, drawing filters, asking."""
