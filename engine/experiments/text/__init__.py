"""Claims about text, counted language models and batches."""
