"""Convolution, pooling and up-sampling, written out: one idea a file."""
