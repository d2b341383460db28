"""Making images larger: transposed convolution, the checkerboard it may leave, and interpolation."""
