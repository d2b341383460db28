"""Regularisation: what is done to a model or its training so that it does better on data it has not seen."""
