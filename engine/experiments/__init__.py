"""Claims settled by running, each with a control that comes out the other way."""
