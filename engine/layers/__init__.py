"""Layers, written out."""
