"""Super-resolution: what a small image leaves open, and the losses that choose among the images it may stand for."""
