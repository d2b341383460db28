"""Networks of layers: what they can represent, and how their gradients are found."""
