"""Questions about preprocessing."""
