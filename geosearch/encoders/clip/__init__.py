"""CLIP: its sizes, towers and tokenizer, and the layouts that its checkpoints come in."""
