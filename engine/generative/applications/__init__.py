"""What adversarial training has been put to: the one mechanism of each use, in its smallest form."""
