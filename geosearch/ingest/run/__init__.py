"""What an indexing run is to do, what it may take, and what it has done so far."""
