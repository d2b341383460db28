"""Questions about optimizers."""
