"""What a model is given to learn from: expanded, compressed, sparse, independent or learned features."""
