"""Whether a scene is still there, and still what it was: its files and their content."""
