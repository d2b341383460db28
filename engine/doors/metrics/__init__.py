"""Questions about metrics and decoding."""
