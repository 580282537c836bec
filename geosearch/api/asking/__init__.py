"""What a caller asks becomes questions, and what an index finds becomes an answer."""
