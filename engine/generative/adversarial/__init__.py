"""Generative adversarial networks: the game, its best replies, and what happens while it is played."""
