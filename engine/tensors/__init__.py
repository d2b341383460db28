"""Tensor operations as shape rules and index arithmetic, written out: what each does, and what it does not."""
