"""The kinds of answer. :mod:`.registry` names all of them; a session imports only those that it asks."""
