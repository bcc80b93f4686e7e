"""Contact network as pages."""
