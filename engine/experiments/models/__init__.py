"""Claims about whole networks."""
