"""Planted errors: single slips put into a bank, one at a time, to see whether the checker finds each of them."""
