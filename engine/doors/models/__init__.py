"""Questions about whole networks."""
