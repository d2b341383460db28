"""Claims about networks made to be light, settled by running."""
