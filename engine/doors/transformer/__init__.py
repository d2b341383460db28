"""Questions about Transformers and BERT."""
