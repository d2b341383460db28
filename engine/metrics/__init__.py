"""How good predictions are: BLEU, perplexity, accuracy, precision and recall."""
