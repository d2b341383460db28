"""Claims about the uses of adversarial training."""
