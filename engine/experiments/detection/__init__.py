"""Claims about finding objects, settled by running."""
