"""What stands around a network while it is trained: the loop, the data's split, several devices, what curves say."""
