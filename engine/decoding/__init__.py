"""Searching a sequence model for a good sentence: greedy, beam, Viterbi, exhaustive."""
