"""Generations of an index: staging, publishing, removing, compacting, and opening one of them."""
