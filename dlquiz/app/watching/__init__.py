"""Watching a bank while its author edits it: read and proved on every save, its instances beside its complaints."""
