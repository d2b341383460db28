"""Real implementations of deep learning methods, written out in torch to be read and run."""
