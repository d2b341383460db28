"""The Textual application: thin screens over the core."""
