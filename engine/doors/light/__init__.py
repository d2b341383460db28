"""Questions about networks made to be light: their units, their costs, and how trained ones are compressed."""
