"""What benchmarks of search ask: archives grown from real embeddings, filters, true answers."""
