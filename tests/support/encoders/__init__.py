"""References that encoders are compared with."""
