"""Images: files to pixels, and pixels to what towers read."""
