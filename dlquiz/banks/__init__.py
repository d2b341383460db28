"""Banks: YAML files read into questions, every complaint with its file, line and column."""
