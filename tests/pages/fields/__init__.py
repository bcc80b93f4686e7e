"""Own fields as pages."""
