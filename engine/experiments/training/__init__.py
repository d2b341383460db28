"""Claims about training, each settled by training or by one exact step."""
