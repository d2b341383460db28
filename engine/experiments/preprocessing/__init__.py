"""Claims about preprocessing."""
