"""What a learner may build with an answer: a stack of layers, a number, a mask; and what it has to reach."""
