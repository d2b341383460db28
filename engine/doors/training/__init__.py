"""Questions about training: the loop, devices side by side, curves and counts."""
