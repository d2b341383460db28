"""Cheaper than one dense kernel: groups, one kernel a channel, kernels in a row, and products of thin kernels."""
