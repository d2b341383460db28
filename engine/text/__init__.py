"""Text: from characters to tokens, numbers, batches and language models that are counted."""
