"""The pure heart of dlquiz: questions, instances, marking, scheduling. No clock, no chance, no input or output."""
