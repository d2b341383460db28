"""Claims about metrics and decoding."""
