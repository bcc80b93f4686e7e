"""Profile applications."""
