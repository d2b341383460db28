"""dlquiz: deep learning quizzes in the terminal, each answer proved by running the real implementation."""

__version__ = "0.1.0"
