"""A training run of `mini`: what learns, by which loss, and the run from sets to weights."""
