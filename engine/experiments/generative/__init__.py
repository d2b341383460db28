"""Claims about models that make data."""
