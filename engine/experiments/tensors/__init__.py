"""Claims about tensor operations, freezing and floating-point numbers."""
