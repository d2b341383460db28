"""Data augmentation: further training samples made from those there are, under the same labels.

An image is ``(C, H, W)``; every random choice is drawn from a generator that is given.
"""
