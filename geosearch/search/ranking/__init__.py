"""The best rows of segments → hits, best first."""
