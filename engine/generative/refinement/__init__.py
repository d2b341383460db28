"""SimGAN: making simulated images look real while their annotations stay true."""
