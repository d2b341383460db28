"""How well what was learned holds for other data: errors, splits, folds and risks."""
