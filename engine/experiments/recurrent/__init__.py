"""Claims about recurrent networks and encoder-decoders."""
