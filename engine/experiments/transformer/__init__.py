"""Claims about Transformers and BERT."""
