"""Questions about losses."""
