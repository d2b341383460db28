"""Drawing with characters: braille dots, axes, shades. No widgets here."""
