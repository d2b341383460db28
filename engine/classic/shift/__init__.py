"""Data that change between training and use: covariate shift, label shift, concept drift."""
