"""What an answer is made of: hits, how they were found, and which of them are one place."""
