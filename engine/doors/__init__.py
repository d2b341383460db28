"""The functions that a question can call by name."""
