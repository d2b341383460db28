"""Claims about the foundations: linear models, networks, generalisation, representations, shifting data."""
