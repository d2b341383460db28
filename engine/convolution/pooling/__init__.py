"""Pooling, written out forwards and backwards: the largest, the mean, the mean of everything, a given output size."""
