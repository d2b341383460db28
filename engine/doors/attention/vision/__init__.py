"""Questions about attention in images: warping, weighting, masks, glimpses and captions."""
