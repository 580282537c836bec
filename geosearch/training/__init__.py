"""Training of encoders: the encoders' workshop, apart from what a search needs."""
