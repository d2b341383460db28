"""Complaints in the forms that other programs read, and beside the lines that they are about."""
