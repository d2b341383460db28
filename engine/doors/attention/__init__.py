"""Questions about attention and positions."""
