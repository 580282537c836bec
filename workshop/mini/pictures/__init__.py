"""The pictures `mini` learns from: sets read, scenes drawn, and the batches made of both."""
