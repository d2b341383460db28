"""The foundations: linear models, networks, generalisation, representations, and data that shift."""
