"""Where bytes are: files, URLs, buckets, what lies beside a file, and what of it is secret."""
