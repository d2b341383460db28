"""Claims about attention and positions."""
