"""What is asked, as vectors."""
