"""Questions about recurrent networks and encoder-decoders."""
