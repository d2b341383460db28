"""Latent-variable models with an encoder: the variational autoencoder's bound, the linear autoencoder's subspace."""
