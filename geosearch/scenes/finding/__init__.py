"""Which files are scenes, and what they are called."""
