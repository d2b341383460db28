"""Models that are linear in their weights: regression, classification, margins."""
