"""How good predictions are: BLEU, perplexity, accuracy."""
