"""Contact network."""
