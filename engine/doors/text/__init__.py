"""Questions about text: tokens, vocabularies, counted language models, batches."""
