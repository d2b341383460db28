"""Questions about learning from rewards."""
