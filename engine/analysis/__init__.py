"""What is asked of a network: shapes, parameters, multiply-adds, receptive field."""
