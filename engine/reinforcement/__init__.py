"""Learning from rewards where nothing can be differentiated: the score-function gradient."""
