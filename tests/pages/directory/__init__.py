"""Directory sync as pages."""
