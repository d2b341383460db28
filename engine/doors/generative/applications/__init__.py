"""Doors of what adversarial training has been put to."""
