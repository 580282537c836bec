"""Indexes for tests, and what may happen to them."""
