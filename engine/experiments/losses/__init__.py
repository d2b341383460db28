"""Claims about losses."""
