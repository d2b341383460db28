"""Autoregressive models: p(x) as a product of one conditional for each variable, given all earlier ones."""
