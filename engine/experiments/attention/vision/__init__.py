"""Claims about attention in images."""
