"""Attention beyond the Transformer: pooling by scores and kernels, warped and weighted images, glimpses, draws."""
