"""Doors of the models that make data."""
