"""Claims about convolutions, poolings and stacks of them."""
