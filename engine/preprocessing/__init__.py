"""What is done to inputs before a model sees them; every statistic comes from the training data alone."""
