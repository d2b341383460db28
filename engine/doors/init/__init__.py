"""Questions about initialisation."""
