"""What encoders are measured beside: other libraries, with the same random weights."""
