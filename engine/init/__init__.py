"""Initialisation, written out: how wide first weights are drawn, and what a deep stack makes of them."""
