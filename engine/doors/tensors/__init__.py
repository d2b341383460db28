"""Questions about tensor operations, networks cut and frozen, and floating-point numbers."""
