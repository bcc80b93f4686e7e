"""Directory sync."""
