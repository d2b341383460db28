"""Questions about regularisation."""
