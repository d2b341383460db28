"""Questions about what layers cost: weights, multiply-adds, memory, and shares of one another."""
